"""The portal API against its own description."""
