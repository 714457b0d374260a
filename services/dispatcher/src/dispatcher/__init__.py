"""Routes transactions to connectors, delivers them to back offices, and says what came of it."""
