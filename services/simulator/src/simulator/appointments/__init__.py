"""The appointment as a back office stores it: its fields, and their names in each protocol."""
