"""Answers of back offices as one text: the status, the headers, an empty line, the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from multidict import CIMultiDict

from dispatcher.back_offices.calls import MAX_RESPONSE_BYTES, HttpResponse
from fuzz.inputs.texts import ADDRESSES, DATES, NUMBERS, as_bytes, odd_text

if TYPE_CHECKING:
    from random import Random

    from fuzz.parser import Generate

_STATUSES = (200, 200, 200, 201, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 502, 503, 999)
_CUT = b"cut"


def answers(body: Generate) -> Generate:
    """Return a generator of answers with these bodies."""

    def generate(random: Random) -> bytes:
        status = str(random.choice(_STATUSES)).encode()
        head = [status + (_CUT if random.random() < 0.05 else b""), *_headers(random)]
        return b"\n".join(head) + b"\n\n" + body(random)

    return generate


def _headers(random: Random) -> list[bytes]:
    given = []
    if random.random() < 0.4:
        given.append("Location: " + random.choice((*ADDRESSES, odd_text(random))))
    if random.random() < 0.3:
        given.append("Retry-After: " + random.choice((*NUMBERS, *DATES)))
    if random.random() < 0.2:
        given.append("Content-Type: " + random.choice(("application/json", odd_text(random))))
    return [as_bytes(line.replace("\n", "")) for line in given]


def as_response(raw: bytes) -> HttpResponse:
    """Return the answer as the HTTP client gives it to the parsers."""
    head, _, body = raw.partition(b"\n\n")
    first, *lines = head.decode("utf-8", "surrogateescape").split("\n")
    digits = "".join(character for character in first if character in "0123456789")
    headers = CIMultiDict(
        (name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)
    )
    status = min(max(int(digits[:3] or 200), 100), 999)
    is_whole = not first.endswith(_CUT.decode()) and len(body) <= MAX_RESPONSE_BYTES
    return HttpResponse(status, headers, body[:MAX_RESPONSE_BYTES], is_whole)
