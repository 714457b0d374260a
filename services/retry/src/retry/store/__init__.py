"""The MongoDB collections that retry reads and writes. Only this room uses the driver."""
