"""What changes, told to those who look at it, as it changes (docs/adr/0013)."""
