"""What two processes must agree on, and what every process starts with."""
