"""A browser at the portal, and the screenshots of its views."""
