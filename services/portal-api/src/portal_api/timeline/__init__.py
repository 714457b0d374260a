"""Timeline of one appointment: versions, attempts, operations, notes and changed settings."""
