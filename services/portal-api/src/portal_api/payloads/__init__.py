"""Payloads, requests and answers of deliveries, for the roles that may read them."""
