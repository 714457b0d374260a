"""The requests of a batch: one change set with one POST per record. Raises MultipartError."""

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

_LINE = re.compile(rb"POST (?P<target>[^ ]+) HTTP/1\.1")
_TARGET = re.compile(r"(.*/api/data/v9\.2/|)(?P<entity_set>[A-Za-z_]+)")


class Request(NamedTuple):
    """One POST. Later parts refer to it by its ``content_id``."""

    content_id: str
    entity_set: str
    content: bytes


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
    """Return the POST of a part."""
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
    if target is None:
        raise MultipartError(f"'{line.decode('latin-1')}' is no POST to an entity set.")
    inner = read_message(rest)
    if (
        inner.headers.get("content-type", "").partition(";")[0].strip().lower()
        != "application/json"
    ):
        raise MultipartError(
            "The content type of a request in the change set must be application/json."
        )
    return Request(part.headers["content-id"], target["entity_set"], inner.content)
