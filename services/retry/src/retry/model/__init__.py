"""Value objects of retries and operations. They use no store and no broker."""
