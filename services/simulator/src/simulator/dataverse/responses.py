"""Responses of Dataverse: batches, errors, WhoAmI and the metadata."""

from __future__ import annotations

import json
import uuid
from http.client import responses
from typing import TYPE_CHECKING

from simulator.appointments.fields import Kind
from simulator.dataverse.change_set import (
    APPOINTMENT_FIELDS,
    APPOINTMENTS,
    LINK,
    NAMESPACE,
    RESOURCE_FIELDS,
    RESOURCES,
)
from simulator.dataverse.multipart import NEWLINE, join
from simulator.odata.metadata import Entity, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.errors import ChangeError

_ORGANISATION = uuid.uuid5(uuid.NAMESPACE_DNS, "dataverse.simulator")


class Batch:
    """The response to a batch, with its own boundaries."""

    def __init__(self) -> None:
        self._boundary = f"batchresponse_{uuid.uuid4()}"

    @property
    def content_type(self) -> str:
        """The content type with the boundary."""
        return f"multipart/mixed; boundary={self._boundary}"

    def created(self, addresses: Mapping[str, str]) -> bytes:
        """Return one 204 for each Content-ID, with the address of its new record."""
        inner = f"changesetresponse_{uuid.uuid4()}"
        answers = [
            _part(204, {"OData-EntityId": address, "Location": address}, b"", content_id)
            for content_id, address in addresses.items()
        ]
        change_set = (
            f"Content-Type: multipart/mixed; boundary={inner}".encode()
            + NEWLINE * 2
            + join(answers, inner)
        )
        return join([change_set], self._boundary)

    def failed(self, error: ChangeError, retry_after_s: int | None = None) -> bytes:
        """Return the response to the request that failed, and no other."""
        headers = {"Content-Type": "application/json; odata.metadata=minimal"}
        if retry_after_s is not None:
            headers["Retry-After"] = str(retry_after_s)
        return join(
            [_part(error.status, headers, error_body(error.code, str(error)), error.content_id)],
            self._boundary,
        )


def error_body(code: str, message: str) -> bytes:
    """Return the JSON of an error."""
    return json.dumps({"error": {"code": code, "message": message}}).encode()


def who_am_i() -> dict[str, str]:
    """Return the result of the function WhoAmI, which is always the same."""
    names = ("UserId", "BusinessUnitId", "OrganizationId")
    return {
        "@odata.context": f"$metadata#{NAMESPACE}.WhoAmIResponse",
        **{name: str(uuid.uuid5(_ORGANISATION, name)) for name in names},
    }


def edmx() -> bytes:
    """Return the metadata document."""
    appointment = {name: field.kind for name, field in APPOINTMENT_FIELDS.items()} | {
        "statecode": Kind.INT,
        "statuscode": Kind.INT,
    }
    resource: dict[str, Kind] = {name: field.kind for name, field in RESOURCE_FIELDS.items()}
    link = {LINK: f"{NAMESPACE}.dime_dsappointment"}
    return metadata(
        NAMESPACE,
        [
            Entity(
                "dime_dsappointment",
                APPOINTMENTS,
                "dime_dsappointmentid",
                appointment,
                {},
                nullable=True,
            ),
            Entity(
                "dime_dsappointmentresource",
                RESOURCES,
                "dime_dsappointmentresourceid",
                resource,
                link,
                nullable=True,
            ),
        ],
    )


def _part(status: int, headers: Mapping[str, str], content: bytes, content_id: str) -> bytes:
    head = [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: {content_id}",
        "",
        f"HTTP/1.1 {status} {responses.get(status, 'Fault')}",
    ]
    lines: Sequence[str] = [
        *head,
        "OData-Version: 4.0",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        "",
    ]
    return NEWLINE.join(line.encode() for line in lines) + content
