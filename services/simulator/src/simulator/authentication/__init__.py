"""How callers prove who they are, when a back office asks them to."""
