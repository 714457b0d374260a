"""One parser of foreign input, and the inputs that it gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Parse = Callable[[bytes], Awaitable[None]]
Generate = Callable[[Random], bytes]


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser under its name.

    ``parse`` runs on an event loop, as in the service. It may raise the ``expected`` errors alone,
    which are the ones that the parser documents. ``generate`` makes one input.
    """

    name: str
    parse: Parse
    generate: Generate
    expected: tuple[type[Exception], ...] = ()


def on_the_loop(parse: Callable[[bytes], object]) -> Parse:
    """Return a function that calls a plain parser on the event loop."""

    async def call(raw: bytes) -> None:
        parse(raw)

    return call


def one_of(generators: Sequence[Generate]) -> Generate:
    """Return a generator that takes one of these each time."""
    return lambda random: random.choice(generators)(random)
