"""Authentication, authorization and the audit of writes."""
