"""The presets of each system, and the names that a preset reads (docs/applied.md).

Of these names only the columns Status and Error Message of Business Central are published
(domain.md, 4.4). The values of Status, and every name in Dataverse, are guesses.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.applied import AppliedPreset, AppliedSettings
from common.contracts.connector import BUSINESS_CENTRAL, CRM, NAV, REST, SOAP
from common.contracts.mapping import attribute_of, element_of, property_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ON_THE_PAGE = (
    AppliedPreset.OFF,
    AppliedPreset.ANSWER,
    AppliedPreset.SOAP_READ,
    AppliedPreset.ODATA_LIST,
)
PRESETS_OF: Mapping[tuple[str, str], tuple[AppliedPreset, ...]] = MappingProxyType(
    {
        (BUSINESS_CENTRAL, SOAP): _ON_THE_PAGE,
        (BUSINESS_CENTRAL, REST): (
            AppliedPreset.OFF,
            AppliedPreset.ANSWER,
            AppliedPreset.RECORD,
            AppliedPreset.ODATA_LIST,
        ),
        (NAV, SOAP): _ON_THE_PAGE,
        (CRM, REST): (AppliedPreset.OFF, AppliedPreset.DATAVERSE),
    }
)
"""The presets of each system and API type. A webhook has none."""
ASKED_LATER = frozenset(
    {
        AppliedPreset.SOAP_READ,
        AppliedPreset.RECORD,
        AppliedPreset.ODATA_LIST,
        AppliedPreset.DATAVERSE,
    }
)
"""The presets that ask after the delivery. The answer to the create is read at once."""
STATUS, MESSAGE, ENTRY_NO = "Status", "Error Message", "Entry No."
STATUS_CODE = "statuscode"
APPLIED_VALUES = ("Processed", "Applied", "Done", "Completed")
REFUSED_VALUES = ("Error", "Failed", "Refused", "Rejected")
REVERTED_VALUES = ("Reverted", "Undone")
APPLIED_CODES = ("2", "Inactive", *APPLIED_VALUES)
"""In Dataverse, status code 2 is the first one of an inactive record."""


class AppliedNames(NamedTuple):
    """The fields of a record, and the values of its status without case.

    ``message`` is empty where no field holds a message.
    """

    status: str
    message: str
    entry: str
    applied: frozenset[str]
    refused: frozenset[str]
    reverted: frozenset[str]


def names_of(kind: tuple[str, str], settings: AppliedSettings) -> AppliedNames:
    """Return the entered names, and the default name of the preset where none is entered."""
    status, message, entry, applied = _defaults(kind, settings.preset)
    return AppliedNames(
        status=status if settings.status_field is None else settings.status_field,
        message=message if settings.message_field is None else settings.message_field,
        entry=entry if settings.entry_field is None else settings.entry_field,
        applied=folded(applied if settings.applied_values is None else settings.applied_values),
        refused=folded(
            REFUSED_VALUES if settings.refused_values is None else settings.refused_values
        ),
        reverted=folded(
            REVERTED_VALUES if settings.reverted_values is None else settings.reverted_values
        ),
    )


def folded(values: Iterable[str]) -> frozenset[str]:
    """Return the values without case and without blanks around them."""
    return frozenset(value.strip().casefold() for value in values)


def _defaults(
    kind: tuple[str, str], preset: AppliedPreset
) -> tuple[str, str, str, tuple[str, ...]]:
    """Return the names of status, message and key, and the values that mean applied."""
    if preset is AppliedPreset.DATAVERSE:
        return STATUS_CODE, "", attribute_of("ds appointment id"), APPLIED_CODES
    is_api_page = kind == (BUSINESS_CENTRAL, REST) and preset is not AppliedPreset.ODATA_LIST
    name = property_of if is_api_page else element_of
    return name(STATUS), name(MESSAGE), name(ENTRY_NO), APPLIED_VALUES
