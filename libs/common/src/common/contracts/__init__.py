"""The messages and words that travel between the services (design.md, sections 3 and 4)."""
