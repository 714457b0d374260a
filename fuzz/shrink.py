"""Shortens an input that fails, as long as it fails in the same way."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from fuzz.run import alarm, failure_of

if TYPE_CHECKING:
    from fuzz.parser import Parser
    from fuzz.run import Failure

LIMIT_S = 10.0


def shrunk(parser: Parser, failure: Failure) -> bytes:
    """Return the shortest input found within the limit that fails in the same way."""
    with alarm():
        return asyncio.run(_shrunk(parser, failure))


async def _shrunk(parser: Parser, failure: Failure) -> bytes:
    end = time.monotonic() + LIMIT_S
    raw, size = failure.raw, max(1, len(failure.raw) // 2)
    while size and time.monotonic() < end:
        begin = 0
        while begin < len(raw) and time.monotonic() < end:
            shorter = raw[:begin] + raw[begin + size :]
            again, _, _ = await failure_of(parser, shorter)
            if again and again.kind == failure.kind:
                raw = shorter
            else:
                begin += size
        size //= 2
    return raw
