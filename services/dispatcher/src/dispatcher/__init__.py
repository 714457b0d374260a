"""Routes transactions to connectors, delivers them to back offices, and publishes the statuses."""
