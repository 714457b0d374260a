"""Columns, conditions and responses of deliveries, and the causes of failures."""
