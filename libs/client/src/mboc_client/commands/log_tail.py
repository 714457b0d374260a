"""New log lines, each printed once."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mboc_client.output.text import write_line, write_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mboc_client.portal import PortalClient

POLL_INTERVAL_S = 1.0
# Lines of several services arrive about a second after they were written, and not in order. Each
# poll reads so far back again.
OVERLAP = timedelta(seconds=10)
POLL_BATCH = 5_000


async def follow_logs(
    portal: PortalClient, query: dict[str, Any], limit: int, *, as_json: bool
) -> None:
    """Print the last lines, then each new line once, without an end."""
    printed: dict[str, str] = {}
    while True:
        new = [
            line
            async for line in portal.items("/logs", query | _since(printed), limit)
            if line["log_id"] not in printed
        ]
        for line in reversed(new):
            if as_json:
                write_line(line)
            else:
                write_sentence(_log_text(line))
        sys.stdout.flush()
        printed = _recent(printed | {line["log_id"]: line["at"] for line in new})
        limit = POLL_BATCH
        await asyncio.sleep(POLL_INTERVAL_S)


def _since(printed: Mapping[str, str]) -> dict[str, str]:
    if not printed:
        return {}
    return {"at_from": (_newest(printed) - OVERLAP).isoformat().replace("+00:00", "Z")}


def _recent(printed: Mapping[str, str]) -> dict[str, str]:
    """Return the lines that the next poll can read again."""
    return {
        log_id: at
        for log_id, at in printed.items()
        if datetime.fromisoformat(at) >= _newest(printed) - OVERLAP
    }


def _newest(printed: Mapping[str, str]) -> datetime:
    return max(map(datetime.fromisoformat, printed.values()))


def _log_text(line: Mapping[str, Any]) -> str:
    fields = {"delivery_id": line["delivery_id"], **line["fields"]}
    text = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
    return (
        f"{line['at']} {line['level']:<8} {line['replica']}: "
        f"{line['event']}{'  ' + text if text else ''}"
    )
