"""Commands and groups: help in sections, and coroutines that are given the portal."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from mboc_client.connection import Connection

INTERRUPTED = 130
LONGEST_SENTENCE = 200


class SectionOption(click.Option):
    """An option that the help shows under a heading of its own."""

    def __init__(self, *arguments: Any, section: str = "Options", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.section = section


class Command(click.Command):
    """A command whose help has sections, examples and exit codes."""

    def __init__(
        self,
        *arguments: Any,
        examples: Mapping[str, str] | None = None,
        exit_codes: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.examples = examples or {}
        self.exit_codes = exit_codes or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section of options."""
        sections: dict[str, dict[str, str]] = {"Options": {}}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                title = getattr(parameter, "section", "Options")
                sections.setdefault(title, {})[record[0]] = record[1]
        for title, records in sections.items():
            write_definitions(formatter, title, records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit codes."""
        super().format_epilog(ctx, formatter)
        write_examples(formatter, self.examples)
        write_definitions(formatter, "Exit codes", self.exit_codes)


class Group(click.Group):
    """A group that lists its commands in the order in which they were added."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its whole sentence."""
        commands = {
            name: command.get_short_help_str(LONGEST_SENTENCE)
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) and not command.hidden
        }
        write_definitions(formatter, "Commands", commands)


Group.group_class = Group


def write_examples(formatter: click.HelpFormatter, examples: Mapping[str, str]) -> None:
    """Write each command line under a sentence with its purpose."""
    if examples:
        with formatter.section("Examples"):
            for sentence, line in examples.items():
                formatter.write(f"{'':>{formatter.current_indent}}# {sentence}\n")
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def write_definitions(
    formatter: click.HelpFormatter, title: str, definitions: Mapping[str, str]
) -> None:
    """Write a section of terms with their meanings."""
    if definitions:
        with formatter.section(title):
            formatter.write_dl(list(definitions.items()), col_max=32)


def with_portal(run: Callable[..., Awaitable[int | None]]) -> Callable[..., None]:
    """Return a function that opens the portal, runs the coroutine and ends with the exit code that
    the coroutine returns.
    """

    @functools.wraps(run)
    def command(**values: Any) -> None:
        # Both take longer to import than everything else, and --help needs neither.
        import asyncio  # noqa: PLC0415

        from mboc_client.portal import open_portal  # noqa: PLC0415

        context = click.get_current_context()
        connection: Connection = context.obj

        async def run_with_portal() -> int | None:
            async with open_portal(connection) as portal:
                return await run(portal, **values)

        try:
            exit_code = asyncio.run(run_with_portal()) or 0
        except BrokenPipeError:
            exit_code = INTERRUPTED
        context.exit(exit_code)

    return command
