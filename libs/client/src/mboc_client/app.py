"""``mboc``: reads the environment, runs one command, ends with its exit code."""

from __future__ import annotations

import os
import sys

import click

from mboc_client.arguments.command import INTERRUPTED
from mboc_client.commands.root import mboc
from mboc_client.connection import Connection
from mboc_client.errors import ClientError
from mboc_client.output import text

FAILED = 1


def main() -> None:
    """Run one command."""
    text.prepare_streams()
    try:
        exit_code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        exit_code = INTERRUPTED
    sys.exit(exit_code)


def _run() -> int:
    connection = Connection.from_environment(os.environ)
    try:
        return int(mboc.main(prog_name="mboc", obj=connection, standalone_mode=False) or 0)
    except ClientError as error:
        text.write_notice(str(error))
        return FAILED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED


def _discard_output() -> None:
    """Point standard output at the null device, so that the last flush of Python is quiet too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
