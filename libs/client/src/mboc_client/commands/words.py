"""What several commands have in common on the command line."""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import TYPE_CHECKING, Any, Protocol

from mboc_client.errors import ClientError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mboc_client.portal import Portal

    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no other name for it

    class Command(Protocol):
        """Carries out what was asked for."""

        async def __call__(self, portal: Portal, asked: argparse.Namespace) -> int | None:
            """Return an exit code, none = 0."""
            ...


DELIVERY_FILTERS = (
    "search",
    "status",
    "phase",
    "connector_id",
    "source_app",
    "job_no",
    "task_no",
    "appointment_id",
    "code",
    "cause",
    "received_from",
    "received_to",
)


def command(parsers: Parsers, name: str, run: Command, text: str) -> argparse.ArgumentParser:
    """Add a command."""
    parser = parsers.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run, word=name)
    return parser


def listing(parser: argparse.ArgumentParser, filters: Sequence[str], *, sorts: bool = True) -> None:
    """Add the filters of a list, and how much of it is shown how."""
    for name in filters:
        parser.add_argument(f"--{name.replace('_', '-')}")
    if sorts:
        parser.add_argument("--sort", help="a column; a minus before it turns the order round")
    parser.add_argument("--most", type=int, default=50, help="how many at most (default 50)")
    parser.add_argument("--json", action="store_true", help="one line of JSON each")


async def typed(question: str) -> str:
    """Return a password: asked for twice on a terminal, else one line of standard input."""
    if not sys.stdin.isatty():
        line: str = await asyncio.to_thread(sys.stdin.readline)
        return line.rstrip("\r\n")
    first, second = [await asyncio.to_thread(getpass.getpass, words) for words in (question, "The same again: ")]
    if first != second:
        raise ClientError("The two are not the same: nothing is changed.")
    return first


def given(asked: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Return the filters that were given."""
    return {name: getattr(asked, name) for name in (*names, "sort") if getattr(asked, name, None) is not None}
