"""Exports traces during a block when a collector is configured. Without a collector the libraries
are not even loaded.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from common.traces.spans import RECORDER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from common.settings import TraceSettings


@contextlib.asynccontextmanager
async def export_traces(settings: TraceSettings, service: str, replica: str) -> AsyncIterator[None]:
    """Export the spans of the block. Afterwards export the remaining spans, in two seconds
    at most.
    """
    if not settings.collector:
        yield
        return
    from common.traces.collector import Collector  # noqa: PLC0415 - costs 0.25 s and 10 MB

    collector = Collector(settings, service, replica)
    RECORDER.tracer = collector.tracer
    try:
        yield
    finally:
        RECORDER.tracer = None
        await collector.close()
