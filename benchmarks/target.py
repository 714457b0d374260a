"""A back office that answers immediately and counts, in a process of its own with bare HTTP/1.1."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast

import uvloop

RECORD = "Customer asked for a call 30 minutes ahead. " * 12
SOAP = (
    '<Soap:Envelope xmlns:Soap="http://schemas.xmlsoap.org/soap/envelope/"><Soap:Body>'
    '<Create_Result xmlns="urn:microsoft-dynamics-schemas/page/appointment"><Appointment>'
    f"<Key>1</Key><Body>{RECORD}</Body></Appointment></Create_Result>"
    "</Soap:Body></Soap:Envelope>"
)
PART = (
    "--changes\r\n"
    "Content-Type: application/http\r\n\r\n"
    "HTTP/1.1 204 No Content\r\n"
    "OData-EntityId: https://crm/dime_dsappointments(1)\r\n\r\n\r\n"
)


def answer(status: str, kind: str, body: str, more: str = "") -> bytes:
    """Return one HTTP response in bytes."""
    return (
        f"HTTP/1.1 {status}\r\n"
        f"Content-Type: {kind}\r\n"
        f"{more}Content-Length: {len(body)}\r\n\r\n"
        f"{body}"
    ).encode()


ANSWERS = {
    b"post /page": answer("200 OK", "text/xml; charset=utf-8", SOAP),
    b"post /companies": answer(
        "201 Created",
        "application/json",
        json.dumps({"body": RECORD}),
        "Location: /companies(1)/appointments(1)\r\n",
    ),
    b"post /$batch": answer(
        "200 OK",
        "multipart/mixed; boundary=batch",
        f"--batch\r\n\r\n{PART * 2}--changes--\r\n--batch--\r\n",
    ),
    b"post": answer("200 OK", "application/json", "{}"),
}
"""The responses by the beginning of the request line: a page service, an API page, Dataverse with
one resource, a webhook. The first match counts.
"""


class CallCounts:
    """The times of the calls. ``GET /book`` returns them and ``DELETE /book`` resets them."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.by_id: dict[str, float] = {}

    def page(self) -> bytes:
        """Return the count, the first and last times, and the time of each webhook id."""
        first, last = (self.times[0], self.times[-1]) if self.times else (0.0, 0.0)
        return json.dumps(
            {"count": len(self.times), "first": first, "last": last, "by_id": self.by_id}
        ).encode()


class Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self, counts: CallCounts) -> None:
        self._counts = counts
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every complete request."""
        self._seen += data
        while (end := self._seen.find(b"\r\n\r\n")) >= 0:
            head = self._seen[:end].lower()
            at = head.find(b"content-length:")
            size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._seen) < end + 4 + size:
                return
            self._seen = self._seen[end + 4 + size :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        transport = self._transport
        if head.startswith(b"post"):
            now = time.time()
            self._counts.times.append(now)
            at = head.find(b"webhook-id:")
            if at >= 0:
                self._counts.by_id.setdefault(
                    head[at + 11 :].split(b"\r\n", 1)[0].strip().decode(), now
                )
            transport.write(
                next(answer for start, answer in ANSWERS.items() if head.startswith(start))
            )
            return
        page = self._counts.page()
        if head.startswith(b"delete"):
            self._counts.__init__()  # type: ignore[misc]
        transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % len(page)
            + page
        )


async def serve(port: int) -> None:
    """Answer requests until cancelled."""
    counts = CallCounts()
    server = await asyncio.get_running_loop().create_server(
        lambda: Answering(counts), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
