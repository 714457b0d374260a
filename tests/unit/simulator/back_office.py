"""A client for one back office of a running simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

COMPANY = "CRONUS%20USA%2C%20Inc."
PAGE = f"/WS/{COMPANY}/Page/Appointment"
API = "/api/dimeSoftware/dimeScheduler/v1.0"
COMPANY_ID = "d3a5bd2a-0f8c-ee11-be36-000d3a0b0001"
APPOINTMENTS = f"{API}/companies({COMPANY_ID})/appointments"
DATA = "/api/data/v9.2"
NAMESPACE = "urn:microsoft-dynamics-schemas/page/appointment"
SOAP_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f"{NAMESPACE}:Create"}
ODATA_HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}
AN_ENTITY = "<Database_Action>U</Database_Action><Appointment_Id>37743</Appointment_Id>"
A_RECORD: dict[str, Any] = {"databaseAction": "U", "appointmentId": 37743}
A_ROW: dict[str, Any] = {"dime_databaseaction": "U", "dime_appointmentid": 37743}


@dataclass
class Response:
    """A complete response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class BackOfficeClient:
    """A client of one back office, with its own connections."""

    http: aiohttp.ClientSession
    address: str

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 5,
    ) -> Response:
        options: dict[str, Any] = {
            "data": body,
            "headers": headers,
            "timeout": aiohttp.ClientTimeout(timeout_s),
            "allow_redirects": False,
        }
        async with self.http.request(
            method, URL(self.address + path, encoded=True), **options
        ) as answer:
            return Response(answer.status, answer.headers, await answer.read())

    async def webhook(self) -> Response:
        return await self.ask("POST", "", b'{"Id":37743}')

    async def create(
        self,
        entity: str = AN_ENTITY,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 5,
    ) -> Response:
        return await self.ask(
            "POST", PAGE, an_envelope(entity), {**SOAP_HEADERS, **(headers or {})}, timeout_s
        )

    async def insert(
        self,
        record: Any = None,
        path: str = APPOINTMENTS,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 5,
    ) -> Response:
        body = json.dumps(A_RECORD if record is None else record).encode()
        return await self.ask(
            "POST", path, body, {"Content-Type": "application/json", **(headers or {})}, timeout_s
        )

    async def batch(
        self, *requests: bytes, headers: Mapping[str, str] | None = None, timeout_s: float = 5
    ) -> Response:
        body = a_batch(*(requests or (a_request(1, "dime_dsappointments", A_ROW),)))
        return await self.ask(
            "POST",
            f"{DATA}/$batch",
            body,
            {"Content-Type": "multipart/mixed; boundary=b1", **ODATA_HEADERS, **(headers or {})},
            timeout_s,
        )

    async def fault(self, **fault: object) -> None:
        answer = await self.ask("PUT", "/faults", json.dumps(fault).encode())
        assert answer.status == 200, answer.text

    async def require_authentication(self, **required: object) -> None:
        answer = await self.ask("PUT", "/authentication", json.dumps(required).encode())
        assert answer.status == 204, answer.text

    async def counts(self) -> dict[str, int]:
        found: dict[str, int] = (await self.ask("GET", "")).json
        return found

    async def records(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.ask("GET", "/records")).json["records"]
        return found


def an_envelope(entity: str) -> bytes:
    return (
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Create '
        f'xmlns="{NAMESPACE}">'
        f"<Appointment>{entity}</Appointment></Create></Body></Envelope>"
    ).encode()


def a_request(content_id: int, entity_set: str, row: object) -> bytes:
    """One part of a change set."""
    head = (
        "Content-Type: application/http\nContent-Transfer-Encoding: binary\nContent-ID: "
        f"{content_id}\n\nPOST {DATA}/{entity_set} HTTP/1.1\nContent-Type: application/json\n\n"
    )
    return head.replace("\n", "\r\n").encode() + json.dumps(row).encode()


def a_batch(*requests: bytes) -> bytes:
    """A batch with boundary b1 that holds one change set with boundary c1."""
    change_set = b"".join(b"--c1\r\n" + request + b"\r\n" for request in requests) + b"--c1--\r\n"
    return (
        b"--b1\r\nContent-Type: multipart/mixed; boundary=c1\r\n\r\n"
        + change_set
        + b"\r\n--b1--\r\n"
    )
