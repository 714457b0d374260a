"""Log lines of the services, searchable by administrators."""
