"""The names of an appointment's fields at a back office. Unpublished names have these defaults
(domain.md, 4.4 to 4.8).

A mapping holds only differences. ``fields`` maps a field to a name, or to null to omit it. A
mapping of every field also sets their order, which matters to a page service's schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from common.contracts.connector import BUSINESS_CENTRAL, CRM, NAV, REST, SOAP

CAPTIONS = {
    "source_type": "Source Type",
    "source_app": "Source App",
    "database_action": "Database Action",
    "job_no": "Job No.",
    "task_no": "Task No.",
    "appointment_id": "Appointment Id",
    "subject": "Subject",
    "body": "Body",
    "start": "Start",
    "end": "End",
    "time_marker": "Time Marker",
    "category": "Category",
    "importance": "Importance",
    "is_all_day_event": "Is All Day Event",
    "duration_s": "Duration (Sec.)",
    "non_working_time_s": "Non Working Time (Sec.)",
    "planning_quantity": "Planning Quantity",
    "planning_uom": "Planning Unit Of Measure",
    "planning_uom_conversion": "Planning UoM Conversion",
    "use_fix_planning_quantity": "Use Fix Planning Quantity",
    "round_to_uom": "Round to Unit Of Measure",
    "back_office_id": "Backoffice Id",
    "back_office_parent_id": "Backoffice Parent Id",
    "sent_from_back_office": "Sent From Backoffice",
    "last_modified_date": "Last Modified Date",
    "last_modified_user": "Last Modified User",
    "created_date": "Created Date",
    "created_user": "Created User",
}
"""Field -> caption on the vendor's appointment card, in its order (domain.md, 4.4)."""
RESOURCE_CAPTIONS = {
    "source_app": "Source App",
    "source_type": "Source Type",
    "resource_type": "Resource Type",
    "resource_no": "Resource No.",
    "resource_name": "Resource Name",
    "display_name": "Display Name",
}
FIELD_VALUE_CAPTIONS = {"field_code": "Field Code", "field_value": "Field Value"}

Name = Annotated[str, Field(pattern=r"^[^\W\d][\w.-]{0,119}$")]
Fields = dict[str, Name | None]


def element_of(caption: str) -> str:
    """Return a caption as an element of a page service: blanks become underscores, dots and
    brackets vanish (wire-formats.md).
    """
    return caption.replace(" ", "_").replace(".", "").replace("(", "").replace(")", "")


def property_of(caption: str) -> str:
    """Return a caption as a property of an API page, in camel case."""
    words = re.sub(r"[.()]", "", caption).split()
    return words[0].lower() + "".join(word[0].upper() + word[1:] for word in words[1:])


def attribute_of(caption: str) -> str:
    """Return a caption as an attribute in Dataverse: the publisher's prefix and small letters."""
    return "dime_" + re.sub(r"[^a-z]", "", caption.lower())


def _by(name_of: Callable[[str], str], captions: Mapping[str, str]) -> dict[str, str]:
    return {field: name_of(caption) for field, caption in captions.items()}


ENTERED = "entered"
"""The validation context of an entered mapping. A stored one may come from a newer version."""


class _Named(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True)
    defaults: ClassVar[Mapping[str, str]]

    fields: Fields = {}

    @field_validator("fields")
    @classmethod
    def _over_the_defaults(cls, given: Fields, info: ValidationInfo) -> Fields:
        unknown = set(given) - set(cls.defaults)
        if unknown and info.context == ENTERED:
            raise ValueError(
                f"no such fields: {', '.join(sorted(unknown))}, "
                f"the fields are {', '.join(cls.defaults)}"
            )
        known = {field: name for field, name in given.items() if field in cls.defaults}
        return known if set(known) == set(cls.defaults) else {**cls.defaults, **known}

    @property
    def names(self) -> list[tuple[str, str]]:
        """Field and name of each sent value, in order."""
        return [(field, name) for field, name in self.fields.items() if name is not None]


class SoapPart(_Named):
    """A sub-part of the page: repeated ``line`` elements inside ``name``."""

    name: Name
    line: Name


class SoapResources(SoapPart):
    """The resources."""

    defaults = _by(element_of, RESOURCE_CAPTIONS)

    name: Name = "Resources"
    line: Name = "Appointment_Resource"


class SoapFieldValues(SoapPart):
    """The field values."""

    defaults = _by(element_of, FIELD_VALUE_CAPTIONS)

    name: Name = "Field_Values"
    line: Name = "Appointment_Field_Value"


class SoapMapping(_Named):
    """Names of a page service. A part that is null is not sent."""

    defaults = _by(element_of, CAPTIONS)

    namespace: str = Field(
        default="urn:microsoft-dynamics-schemas/page/appointment",
        pattern=r"^[A-Za-z][^\s<>&\"]{0,199}$",
    )
    entity: Name = "Appointment"
    resources: SoapResources | None = SoapResources()
    field_values: SoapFieldValues | None = SoapFieldValues()


class ApiPageResources(_Named):
    """The resources, inside the appointment (a deep insert) or posted one by one after it."""

    defaults = _by(property_of, RESOURCE_CAPTIONS)

    name: Name = "appointmentResources"
    posted: Literal["inside", "after"] = "inside"


class ApiPageFieldValues(_Named):
    """The field values, always inside."""

    defaults = _by(property_of, FIELD_VALUE_CAPTIONS)

    name: Name = "appointmentFieldValues"


class ApiPageMapping(_Named):
    """Names of an API page."""

    defaults = _by(property_of, CAPTIONS)

    resources: ApiPageResources | None = ApiPageResources()
    field_values: ApiPageFieldValues | None = ApiPageFieldValues()


class DataverseResources(_Named):
    """The entity set of resources, and the navigation property from a resource to its
    appointment.
    """

    defaults = _by(attribute_of, RESOURCE_CAPTIONS)

    entity_set: Name = "dime_dsappointmentresources"
    link: Name = "dime_DsAppointmentId"


class DataverseMapping(_Named):
    """Names in Dataverse."""

    defaults = _by(attribute_of, CAPTIONS)

    entity_set: Name = "dime_dsappointments"
    resources: DataverseResources | None = DataverseResources()


Mappings = SoapMapping | ApiPageMapping | DataverseMapping
MAPPINGS: dict[tuple[str, str], type[Mappings]] = {
    (BUSINESS_CENTRAL, SOAP): SoapMapping,
    (BUSINESS_CENTRAL, REST): ApiPageMapping,
    (NAV, SOAP): SoapMapping,
    (CRM, REST): DataverseMapping,
}
"""Systems and API types with names to map. A webhook receives the unchanged snapshot."""


def check_entered(mapping: dict[str, Any], kind: tuple[str, str]) -> None:
    """Raise a ValidationError unless every name of the mapping fits the system and the API type."""
    MAPPINGS[kind].model_validate(mapping, extra="forbid", context=ENTERED)
