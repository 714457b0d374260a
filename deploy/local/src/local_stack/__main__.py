"""``python -m local_stack``."""

from __future__ import annotations

from local_stack.app import main

if __name__ == "__main__":
    main()
