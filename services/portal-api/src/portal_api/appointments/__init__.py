"""Columns, conditions and responses of appointments."""
