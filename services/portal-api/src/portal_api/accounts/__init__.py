"""Accounts, sessions, API keys and roles, as values."""
