"""Output for people (sentences, tables) and for scripts (JSON)."""
