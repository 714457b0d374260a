"""Records transactions and statuses, and answers the administrator's API."""
