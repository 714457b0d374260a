"""Back offices: what they were sent, in which order, and how they misbehave when told to."""
