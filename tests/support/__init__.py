"""What several tests need: builders for data, and the whole system as processes."""
