"""Reads the records of a change set. Raises ChangeError for the first request that Dataverse would
refuse.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.appointments.fields import APPOINTMENT, DATABASE_ACTION, RESOURCE
from simulator.appointments.snapshot import Lines, Protocol, Snapshot, has_action, snapshot
from simulator.appointments.storage import DATAVERSE
from simulator.errors import ChangeError, OutOfRangeError
from simulator.odata.values import MalformedPayloadError, read_fields, read_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.dataverse.requests import Request

NAMESPACE = "Microsoft.Dynamics.CRM"
APPOINTMENTS, RESOURCES = "dime_dsappointments", "dime_dsappointmentresources"
LINK = "dime_DsAppointmentId"
DUPLICATE_ERROR = "0x80040237"
PAYLOAD_ERROR, NO_RESOURCE_ERROR, ARGUMENT_ERROR = "0x80048d19", "0x8006088a", "0x80040203"
DATE_ERROR, RANGE_ERROR = "0x80040239", "0x80044330"
APPOINTMENT_FIELDS = MappingProxyType({field.dataverse: field for field in APPOINTMENT})
RESOURCE_FIELDS = MappingProxyType({field.dataverse: field for field in RESOURCE})


class ChangeSetItem(NamedTuple):
    """An appointment with its resources, and the content of all their requests. The Content-ID and
    the id are the appointment's.
    """

    content_id: str
    snapshot: Snapshot
    content: bytes
    entity_id: str | None


class _Draft(NamedTuple):
    content_id: str
    entity_id: str | None
    fields: dict[str, Any]
    resources: list[dict[str, Any]]
    contents: list[bytes]

    @property
    def change(self) -> ChangeSetItem:
        lines = Lines(self.resources, [])
        found = snapshot(Protocol.DATAVERSE, lambda field: field.dataverse, self.fields, lines)
        content = b"\n".join(self.contents)
        return ChangeSetItem(self.content_id, found, content, self.entity_id)


def read_changes(requests: Sequence[Request]) -> list[ChangeSetItem]:
    """Return the appointments of the change set, in their order."""
    drafts: dict[str, _Draft] = {}
    for request in requests:
        try:
            _take(request, drafts)
        except MalformedPayloadError as error:
            raise ChangeError(
                request.content_id, 400, PAYLOAD_ERROR, _in_payload(request.entity_set, str(error))
            ) from None
        except OutOfRangeError as error:
            raise _out_of_range(request, error) from None
    return [draft.change for draft in drafts.values()]


def _take(request: Request, drafts: dict[str, _Draft]) -> None:
    if request.entity_set == APPOINTMENTS:
        drafts[_reference(request)] = _appointment(request)
    elif request.entity_set == RESOURCES:
        _resource(request, drafts)
    else:
        raise ChangeError(
            request.content_id,
            404,
            NO_RESOURCE_ERROR,
            f"Resource not found for the segment '{request.entity_set}'.",
        )


def _appointment(request: Request) -> _Draft:
    sent = read_fields(
        read_object(request.content),
        APPOINTMENT_FIELDS,
        f"{NAMESPACE}.dime_dsappointment",
        allows_null=True,
    )
    fields = DATAVERSE.store(sent, APPOINTMENT_FIELDS)
    if not has_action(fields, DATABASE_ACTION.dataverse):
        raise ChangeError(
            request.content_id, 400, ARGUMENT_ERROR, "Database Action must be I, U or D."
        )
    return _Draft(request.content_id, request.entity_id, fields, [], [request.content])


def _reference(request: Request) -> str:
    """Return the reference to the new record: its address, or the Content-ID without one."""
    if request.entity_id is None:
        return f"${request.content_id}"
    return f"/{request.entity_set}({request.entity_id})"


def _resource(request: Request, drafts: dict[str, _Draft]) -> None:
    """Add the resource to the appointment that it references, of an earlier request."""
    sent = read_object(request.content)
    reference = sent.pop(f"{LINK}@odata.bind", None)
    draft = drafts.get(reference) if isinstance(reference, str) else None
    if draft is None:
        raise MalformedPayloadError(
            f"The reference '{reference}' of '{LINK}@odata.bind' names no appointment before it "
            "in the change set."
        )
    draft.resources.append(
        read_fields(
            sent, RESOURCE_FIELDS, f"{NAMESPACE}.dime_dsappointmentresource", allows_null=True
        )
    )
    draft.contents.append(request.content)


def _out_of_range(request: Request, error: OutOfRangeError) -> ChangeError:
    """Return the error in Dataverse's wording."""
    if error.is_date:
        message = (
            "DateTime is less than minimum value supported by CrmDateTime. Actual value: "
            f"{error.value}, Minimum value supported: 01/01/1753 00:00:00"
        )
        return ChangeError(request.content_id, 400, DATE_ERROR, message)
    message = f"A validation error occurred. {error} Accepted Values: -100000000000 to 100000000000"
    return ChangeError(request.content_id, 400, RANGE_ERROR, message)


def _in_payload(entity_set: str, message: str) -> str:
    return (
        f"Error identified in Payload provided by the user for Entity :'{entity_set}'  ----> "
        f"InnerException : Microsoft.OData.ODataException: {message}"
    )
