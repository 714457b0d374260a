"""A filter of a list, and filters of one column of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Filter:
    """One filter of a list: ``name`` is the parameter of the API.

    ``values`` are completed by the shell. The API alone refuses a value.
    """

    name: str
    help: str
    kind: Literal["text", "flag", "number", "time"] = "text"
    values: tuple[str, ...] = ()
    short: str | None = None

    @property
    def option(self) -> str:
        """The long option."""
        return f"--{self.name.replace('_', '-')}"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def exact(name: str, noun: str, kind: Literal["text", "number"] = "text") -> Filter:
    """Return the filter of a column by its whole value."""
    return Filter(name, f"Only items with this {noun}. Repeat for several.", kind)


def begins(name: str, noun: str) -> Filter:
    """Return the filter of a column by the beginning of its text."""
    return Filter(f"{name}_begins", f"Only items with {_article(noun)} that begins with this text.")


def empty(name: str, noun: str) -> Filter:
    """Return the filter of a column with or without a value."""
    return Filter(
        f"{name}_empty", f"Only items without {_article(noun)} (true), or with one (false).", "flag"
    )


def number_range(name: str, noun: str) -> tuple[Filter, Filter]:
    """Return the filters of a numeric column by its smallest and largest value."""
    return (
        Filter(f"{name}_from", f"Only items with {_article(noun)} of at least this.", "number"),
        Filter(f"{name}_to", f"Only items with {_article(noun)} below this.", "number"),
    )


def time_range(name: str, verb: str) -> tuple[Filter, Filter]:
    """Return the filters of a time by its begin and end."""
    return (
        Filter(f"{name}_from", f"Only items that {verb} at this time or later.", "time"),
        Filter(f"{name}_to", f"Only items that {verb} before this time.", "time"),
    )
