"""What arrives over HTTP."""
