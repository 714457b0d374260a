"""Trying a connector without sending an appointment."""
