"""``mboc``: reads where the portal is, carries out one command, ends with its exit code."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from importlib.metadata import version

from mboc_client import show
from mboc_client.commands import (
    appointments,
    audit,
    connectors,
    keys,
    logs,
    operations,
    status,
    transactions,
    users,
    views,
)
from mboc_client.errors import ClientError
from mboc_client.portal import opened

NOUNS = (
    appointments,
    transactions,
    operations,
    connectors,
    views,
    status,
    logs,
    users,
    keys,
    audit,
)


def main() -> None:
    """Run one command."""
    show.prepare()
    asked = parser().parse_args()
    try:
        raise SystemExit(asyncio.run(_run(asked)))
    except ClientError as error:
        sys.exit(show.visible(str(error)))
    except (KeyboardInterrupt, BrokenPipeError):
        raise SystemExit(130) from None


def parser() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    made = argparse.ArgumentParser(
        prog="mboc",
        description="The Back Office Connector's portal API.",
        epilog="Set MBOC_URL to the portal's address and MBOC_API_KEY to an API key.",
    )
    made.add_argument("--version", action="version", version=version("mboc-client"))
    parsers = made.add_subparsers(required=True, metavar="WHAT")
    for noun in NOUNS:
        noun.add(parsers)
    return made


async def _run(asked: argparse.Namespace) -> int:
    url, key = (
        os.environ.get("MBOC_URL", "http://127.0.0.1:8600"),
        os.environ.get("MBOC_API_KEY", ""),
    )
    async with opened(url, key) as portal:
        return await asked.run(portal, asked) or 0
