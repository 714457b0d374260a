"""Parses answers and snapshots without holding the event loop.

Every parser is linear in the length of its input. A long input is parsed in a thread, and the
number of these threads is limited (OWASP ASVS 4.0.3, 11.1.4).
"""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from pydantic_core import from_json

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")
SHORT_BYTES = 16 * 1024
"""The longest input that is parsed on the event loop. That takes a few milliseconds."""
MAX_THREADS = 2
_BOM = b"\xef\xbb\xbf"


async def parse_answer(
    parse: Callable[Concatenate[bytes, P], T], body: bytes, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Return ``parse(body, ...)``. A long body is parsed in a thread."""
    return await run_by_size(len(body), functools.partial(parse, body, *args, **kwargs))


async def run_by_size(size: int, work: Callable[[], T]) -> T:
    """Return the result of work on an input of this size. Work on a long input has a thread."""
    if size <= SHORT_BYTES:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises ValueError for another text, for more than 200 levels, and for an integer of more than
    4,300 digits.
    """
    return from_json(body.removeprefix(_BOM), cache_strings="none")


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Return threads of their own, because name lookups wait in the event loop's threads."""
    return ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="parse-answer")
