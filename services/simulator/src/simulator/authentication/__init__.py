"""Authentication of callers, for back offices that require it."""
