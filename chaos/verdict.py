"""The result of checking a promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN = 5


class Verdict(NamedTuple):
    """Whether a promise was held, its figure in words, the numbers, and examples of violations."""

    promise: str
    held: bool
    figure: str
    numbers: Mapping[str, float]
    examples: Sequence[str]

    @property
    def line(self) -> str:
        """The verdict in one line."""
        return f"{'held  ' if self.held else 'BROKEN'}  {self.promise}: {self.figure}"


def verdict(promise: str, broken: Sequence[str], figure: str, **numbers: float) -> Verdict:
    """Return the verdict: held without violations."""
    return Verdict(promise, not broken, figure, numbers, tuple(broken[:SHOWN]))
