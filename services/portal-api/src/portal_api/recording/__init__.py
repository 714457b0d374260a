"""Recording of messages: consumers, and the use cases that store the content."""
