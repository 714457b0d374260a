"""Helpers of several tests: builders for data, fakes, and the whole system as processes."""
