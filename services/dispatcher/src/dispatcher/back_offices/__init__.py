"""Clients of back offices, one folder for each kind."""
