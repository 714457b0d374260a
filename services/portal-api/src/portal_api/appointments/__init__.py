"""What administrators ask of appointments."""
