"""The portal API on the command line: mboc."""
