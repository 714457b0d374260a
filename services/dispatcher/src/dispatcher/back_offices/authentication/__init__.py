"""The methods by which calls authenticate."""
