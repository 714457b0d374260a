"""The appointment as a back office keeps it: its fields, and their names in each protocol."""
