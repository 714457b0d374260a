"""One change set of an OData ``$batch``, stored completely or not at all (OData 4.0, part
1, 11.7).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from common.exact_json import write_json
from dispatcher.back_offices.calls import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

BOUNDARY, CHANGES = "mboc-batch", "mboc-changes"
CONTENT_TYPE = f"multipart/mixed; boundary={BOUNDARY}"
_STATUS = re.compile(
    rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r?\n(.*?)\r?\n\r?\n(.*?)(?=\r?\n--|\Z)", re.DOTALL
)


def change_set(posts: Sequence[tuple[str, dict[str, Any]]]) -> bytes:
    """Return the body that posts each record to its address.

    Records can refer to each other by ``$1``, ``$2`` and so on.
    """
    parts = "".join(
        _part(number, address, record) for number, (address, record) in enumerate(posts, 1)
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
        f"POST {address} HTTP/1.1\r\n"
        "Content-Type: application/json; type=entry\r\n\r\n"
        f"{write_json(record)}\r\n"
    )


def responses_in(response: HttpResponse) -> list[HttpResponse]:
    """Return the responses inside the response to a batch."""
    found = []
    for status, head, body in _STATUS.findall(response.body):
        headers = {
            name.strip(): value.strip()
            for name, _, value in (
                line.partition(":") for line in head.decode(errors="replace").splitlines()
            )
        }
        found.append(
            HttpResponse(
                int(status),
                headers,
                body.strip(),
                is_whole=True,
                exchange=response.exchange,
                in_change_set=True,
            )
        )
    return found
