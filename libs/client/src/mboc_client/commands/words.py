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

    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - no other name

    class Command(Protocol):
        """Carries out what was asked for."""

        async def __call__(self, portal: Portal, asked: argparse.Namespace) -> int | None:
            """Return an exit code, none = 0."""
            ...


def command(parsers: Parsers, name: str, run: Command, text: str) -> argparse.ArgumentParser:
    """Add a command."""
    parser = parsers.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run, word=name)
    return parser


def listing(
    parser: argparse.ArgumentParser,
    filters: Sequence[str],
    *,
    sorts: bool = True,
    view_of: str | None = None,
) -> None:
    """Add the filters of a list, and how much of it is shown how."""
    filtering(parser, filters, view_of)
    if sorts:
        parser.add_argument("--sort", help="a column; a minus before it turns the order round")
    parser.add_argument("--most", type=int, default=50, help="how many at most (default 50)")
    parser.add_argument("--json", action="store_true", help="one line of JSON each")


def filtering(parser: argparse.ArgumentParser, filters: Sequence[str], view_of: str | None) -> None:
    """Add filters, each of which may be given several times; ``view_of`` is the list whose saved
    views may be used.
    """
    for name in filters:
        parser.add_argument(f"--{name.replace('_', '-')}", action="append", metavar="VALUE")
    parser.set_defaults(view_of=view_of, view=None)
    if view_of:
        parser.add_argument(
            "--view",
            metavar="NAME",
            help="begin with this saved view; a filter beside it counts instead of the view's",
        )


async def typed(question: str) -> str:
    """Return a password: asked for twice on a terminal, else one line of standard input."""
    if not sys.stdin.isatty():
        line: str = await asyncio.to_thread(sys.stdin.readline)
        return line.rstrip("\r\n")
    first, second = [
        await asyncio.to_thread(getpass.getpass, words) for words in (question, "The same again: ")
    ]
    if first != second:
        raise ClientError("The two are not the same: nothing is changed.")
    return first


def given(asked: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Return the filters that were given, each with its value or its values."""
    said = {name: getattr(asked, name, None) for name in (*names, "sort")}
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in said.items()
        if value is not None
    }


async def looked_for(
    portal: Portal, asked: argparse.Namespace, names: Sequence[str]
) -> dict[str, Any]:
    """Return the filters that were given, over those of the saved view that was named."""
    view = await the_view(portal, asked.view, asked.view_of) if asked.view else {"query": {}}
    query: dict[str, Any] = view["query"]
    return query | given(asked, names)


async def the_view(portal: Portal, name: str, of: str | None) -> dict[str, Any]:
    """Return the saved view of this name, one's own before a shared one; raises ClientError where
    none or several are meant.
    """
    found = [
        view async for view in portal.items("/saved-views", {"list": of}) if view["name"] == name
    ]
    meant = [view for view in found if view["mine"]] or found
    if len(meant) != 1:
        what = (
            f"There are several saved views '{name}': say of which list, or use another name."
            if meant
            else f"There is no saved view '{name}'."
        )
        raise ClientError(what)
    return meant[0]
