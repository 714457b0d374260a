"""What is known of operations, and what follows from it: values only."""
