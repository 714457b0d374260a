"""Questions on the terminal: passwords and confirmations."""

from __future__ import annotations

import contextlib
import getpass
import signal
import sys
from typing import TYPE_CHECKING

from mboc_client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_password(question: str) -> str:
    """Return a password: entered twice on a terminal, otherwise one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    with _interruptible():
        first = getpass.getpass(question)
        second = getpass.getpass("Repeat the password: ")
    if first != second:
        raise ClientError("The two passwords differ: nothing is changed. Run the command again.")
    return first


def confirm(question: str) -> bool:
    """Return whether the user answers yes. Raises ClientError without a terminal."""
    if not sys.stdin.isatty():
        raise ClientError("Nothing was done. Without a terminal, add --yes to confirm.")
    with _interruptible():
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the question at once: asyncio would wait for the answer first."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
