"""Recording of messages: consumers and the use cases that store their content."""
