"""The lanes: one queue of deliveries for each connector, with its limits and circuit breaker."""
