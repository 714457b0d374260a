"""Options that several commands take, and the decorators that add them."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from mboc_client.arguments.command import SectionOption
from mboc_client.arguments.conditions import Conditions
from mboc_client.arguments.filter import Filter
from mboc_client.arguments.filters import DAILY_FILTERS, FLAG_VALUES
from mboc_client.output.table import OutputFormat

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]

DEFAULT_LIMIT = 50
EXPORT_FORMATS = ("csv", "excel", "jsonl")
_PLACEHOLDERS = {"text": "TEXT", "number": "NUMBER", "time": "TIME", "flag": "true|false"}

always_json_option = click.option(
    "-j", "--json", is_flag=True, expose_value=False, help="Print JSON, as the command always does."
)
as_json_option = click.option(
    "-j", "--json", "as_json", is_flag=True, help="Print JSON instead of sentences."
)


def output_options_with(json_help: str) -> Decorator:
    """Return the decorator that adds --json and --wide, which the function gets as ``output``."""

    def decorate(run: Function) -> Function:
        @functools.wraps(run)
        def command(*arguments: Any, as_json: bool, is_wide: bool, **values: Any) -> Any:
            return run(*arguments, output=OutputFormat(as_json, is_wide), **values)

        wide = click.option(
            "-w",
            "--wide",
            "is_wide",
            is_flag=True,
            help="Print complete values in every column, also on a narrow terminal.",
        )
        return click.option("-j", "--json", "as_json", is_flag=True, help=json_help)(wide(command))

    return decorate


output_options = output_options_with("Print one line of JSON for each item.")


def limit_option(
    default: int = DEFAULT_LIMIT, text: str = "Print at most this many items."
) -> Decorator:
    """Return the option that bounds a list."""
    return click.option(
        "-n",
        "--most",
        "--limit",
        "limit",
        type=int,
        default=default,
        show_default=True,
        metavar="NUMBER",
        help=text,
    )


def sort_option(columns: str = "a column") -> Decorator:
    """Return the option that orders a list."""
    return click.option(
        "--sort",
        metavar="COLUMN",
        help=f"Order by {columns}. A minus before the column reverses the order.",
    )


def export_options(run: Function) -> Function:
    """Add --format, which the function gets as ``file_format``."""

    @functools.wraps(run)
    def command(*arguments: Any, file_format: str, as_lines: bool, **values: Any) -> Any:
        values.pop("limit")
        return run(*arguments, file_format="jsonl" if as_lines else file_format, **values)

    for option in (
        # Exports took this option before, without an effect: an export is always complete.
        click.option("--most", "limit", type=int, hidden=True),
        click.option("-j", "--json", "as_lines", is_flag=True, help="The same as --format jsonl."),
        click.option(
            "-f",
            "--format",
            "file_format",
            type=click.Choice(EXPORT_FORMATS),
            default="csv",
            show_default=True,
            help="Write CSV, CSV that Excel opens in every country, or one line of JSON for each "
            "item.",
        ),
    ):
        command = option(command)
    return command


def filter_options(
    filters: Sequence[Filter], *, list_name: str | None = None, is_repeatable: bool = True
) -> Decorator:
    """Return the decorator that adds an option for each filter, and --view for the saved views of
    ``list_name``.

    The function gets all of them, and --sort, as ``conditions``.
    """
    names = [*(one.name for one in filters), "sort"]

    def decorate(run: Function) -> Function:
        @functools.wraps(run)
        def command(*arguments: Any, **values: Any) -> Any:
            given = {name: values.pop(name, None) for name in names}
            conditions = Conditions(given, values.pop("view", None), list_name)
            return run(*arguments, conditions=conditions, **values)

        for one in reversed(filters):
            is_daily = one.name in DAILY_FILTERS or len(filters) <= len(DAILY_FILTERS)
            section = "Filters" if is_daily else "More filters"
            command = _filter_option(one, section, is_repeatable=is_repeatable)(command)
        return _view_option(command) if list_name else command

    return decorate


_view_option = click.option(
    "--view",
    metavar="NAME",
    help="Begin with the filters of this saved view. A filter of the command line replaces the "
    "same filter of the view.",
)


def _filter_option(one: Filter, section: str, *, is_repeatable: bool) -> Any:
    values = one.values or (FLAG_VALUES if one.kind == "flag" else ())
    return click.option(
        *([one.short] if one.short else []),
        one.option,
        one.name,
        cls=SectionOption,
        section=section,
        multiple=is_repeatable,
        metavar=_PLACEHOLDERS[one.kind],
        help=f"{one.help} One of: {', '.join(one.values)}." if one.values else one.help,
        shell_complete=functools.partial(_complete, values) if values else None,
    )


def _complete(
    values: Sequence[str], _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the values that begin with this text, for bash with each space escaped."""
    is_bash = os.environ.get("_MBOC_COMPLETE", "").startswith("bash")
    return [
        CompletionItem(value.replace(" ", r"\\ ") if is_bash else value)
        for value in values
        if value.lower().startswith(incomplete.lower())
    ]
