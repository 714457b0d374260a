"""One module per noun: each adds its commands and carries them out."""
