"""The files of the built website, and their HTTP headers."""
