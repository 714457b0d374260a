"""The website as it was built: its files, and the policy it is shown under."""
