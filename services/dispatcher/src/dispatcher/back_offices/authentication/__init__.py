"""How calls prove who they are."""
