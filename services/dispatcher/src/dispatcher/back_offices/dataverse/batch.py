"""One change set of an OData ``$batch``, stored completely or not at all (OData 4.0, part
1, 11.7).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from multidict import CIMultiDict

from common.exact_json import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOUNDARY, CHANGES = "mboc-batch", "mboc-changes"
CONTENT_TYPE = f"multipart/mixed; boundary={BOUNDARY}"
MAX_HEAD_BYTES = 16 * 1024
_STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3})\b[^\r\n]*", re.MULTILINE)
_CONTENT_ID = re.compile(rb"^Content-ID:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class BatchPart(NamedTuple):
    """One response inside the response to a batch. ``content_id`` names the request, if given."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    content_id: str | None = None


def change_set(records: Sequence[tuple[str, dict[str, Any]]]) -> bytes:
    """Return the body that creates each record at its address.

    A change set with an address that exists already is refused as a whole, so a repetition stores
    nothing (RFC 9110, 13.1.2).
    """
    parts = "".join(
        _part(number, address, record) for number, (address, record) in enumerate(records, 1)
    )
    inner = f"{parts}--{CHANGES}--\r\n"
    return (
        f"--{BOUNDARY}\r\n"
        f"Content-Type: multipart/mixed; boundary={CHANGES}\r\n\r\n"
        f"{inner}\r\n"
        f"--{BOUNDARY}--\r\n"
    ).encode()


def _part(number: int, address: str, record: dict[str, Any]) -> str:
    return (
        f"--{CHANGES}\r\n"
        "Content-Type: application/http\r\n"
        "Content-Transfer-Encoding: binary\r\n"
        f"Content-ID: {number}\r\n\r\n"
        f"PATCH {address} HTTP/1.1\r\n"
        "Content-Type: application/json; type=entry\r\n"
        "If-None-Match: *\r\n\r\n"
        f"{write_json(record)}\r\n"
    )


def parse_batch(body: bytes, max_parts: int) -> list[BatchPart]:
    """Return the responses inside the response to a batch, at most one more than ``max_parts``.

    Each part has one response at most. A part without a complete head has none.
    """
    found: list[BatchPart] = []
    for part in body.split(b"\n--"):
        inner = _response_in(part + b"\n")
        if inner is not None:
            found.append(inner)
        if len(found) > max_parts:
            break
    return found


def _response_in(part: bytes) -> BatchPart | None:
    status = _STATUS.search(part)
    end = status and _BLANK_LINE.search(part, status.end())
    if not status or not end:
        return None
    head = part[status.end() : min(end.start(), status.end() + MAX_HEAD_BYTES)]
    lines = (line.partition(":") for line in head.decode(errors="replace").splitlines())
    headers = CIMultiDict((name.strip(), value.strip()) for name, _, value in lines if name)
    named = _CONTENT_ID.search(part, 0, min(status.start(), MAX_HEAD_BYTES))
    content_id = named[1].decode(errors="replace").strip() if named else None
    return BatchPart(int(status[1]), headers, part[end.end() :].strip(), content_id)
