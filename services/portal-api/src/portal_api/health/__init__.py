"""Health of the system: observations of services, servers and lanes, and the verdict on them."""
