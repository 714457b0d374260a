"""What every list is asked with: conditions, columns, and what may be combined."""
