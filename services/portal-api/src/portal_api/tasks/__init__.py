"""What an operator has done once, on the command line, beside the running service."""
