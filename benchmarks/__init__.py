"""Measures the pipeline as ratios to a bare loop on the same servers in the same run."""
