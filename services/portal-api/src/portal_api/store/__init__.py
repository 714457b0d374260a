"""Everything that is kept in MongoDB, and the only place that knows the driver."""
