"""Documents that are made from data, and the counts of their language."""
