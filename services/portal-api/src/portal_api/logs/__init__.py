"""What the services log, as administrators look for it."""
