"""Real servers as child processes, on free loopback ports, with persistent data."""
