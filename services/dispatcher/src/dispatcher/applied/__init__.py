"""The questions to back offices for the state of records after *Success* (docs/applied.md)."""
