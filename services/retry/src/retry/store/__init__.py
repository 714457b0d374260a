"""Everything that retry reads and keeps in MongoDB, and the only place that knows the driver."""
