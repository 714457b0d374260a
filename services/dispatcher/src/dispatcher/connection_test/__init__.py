"""The connection test: a test of a connector that sends no appointment."""
