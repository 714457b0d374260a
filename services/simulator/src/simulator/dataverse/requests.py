"""The requests of a batch: one change set with one POST or PATCH per record.

A PATCH creates a record with an id of the caller's. Raises MultipartError.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from simulator.dataverse.multipart import (
    NEWLINE,
    MimePart,
    MultipartError,
    boundary_of,
    read_message,
    split,
)

_LINE = re.compile(rb"(?P<method>POST|PATCH) (?P<target>[^ ]+) HTTP/1\.1")
_ID = r"\((?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)"
_TARGET = re.compile(rf"(.*/api/data/v9\.2/|)(?P<entity_set>[A-Za-z_]+)(?:{_ID})?")


class Request(NamedTuple):
    """One creation of a record. Later parts refer to it by its ``content_id``, or by its address.

    ``entity_id`` is None where the server chooses the id.
    """

    content_id: str
    entity_set: str
    content: bytes
    entity_id: str | None = None


def read_requests(content_type: str, body: bytes) -> list[Request]:
    """Return the requests of the only change set, in their order."""
    parts = split(body, boundary_of(content_type))
    if len(parts) != 1:
        raise MultipartError("The batch must hold exactly one change set.")
    change_set = parts[0]
    inner = split(change_set.content, boundary_of(change_set.headers.get("content-type", "")))
    requests = [_request(part) for part in inner]
    if len({request.content_id for request in requests}) != len(requests):
        raise MultipartError("A Content-ID comes twice in the change set.")
    return requests


def _request(part: MimePart) -> Request:
    """Return the creation of a part."""
    if (
        part.headers.get("content-type", "").lower() != "application/http"
        or part.headers.get("content-transfer-encoding", "").lower() != "binary"
    ):
        raise MultipartError(
            "A part of a change set must have the content type application/http and the transfer "
            "encoding binary."
        )
    if not part.headers.get("content-id"):
        raise MultipartError("A Content-ID is missing in the change set.")
    line, _, rest = part.content.partition(NEWLINE)
    asked = _LINE.fullmatch(line)
    target = _TARGET.fullmatch(asked["target"].decode("latin-1")) if asked else None
    if asked is None or target is None or (asked["method"] == b"PATCH") != bool(target["id"]):
        raise MultipartError(
            f"'{line.decode('latin-1')}' is no POST to an entity set, and no PATCH of a record."
        )
    inner = read_message(rest)
    if target["id"] and inner.headers.get("if-none-match") != "*":
        raise MultipartError("A PATCH must have the header If-None-Match: * here.")
    if (
        inner.headers.get("content-type", "").partition(";")[0].strip().lower()
        != "application/json"
    ):
        raise MultipartError(
            "The content type of a request in the change set must be application/json."
        )
    return Request(part.headers["content-id"], target["entity_set"], inner.content, target["id"])
