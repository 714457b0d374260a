"""Value objects of retries and operations. They know no store and no broker."""
