"""The fields of the Appointment page and of its two sub-parts (domain.md, 4.4), with their names in
three protocols.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Kind(StrEnum):
    """The type of a field. The value is its name in XML Schema."""

    TEXT = "string"
    INT = "int"
    LONG = "long"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    MOMENT = "dateTime"


class Field(NamedTuple):
    """A field of a record. ``page`` is its element in the page service."""

    page: str
    kind: Kind = Kind.TEXT

    @property
    def api(self) -> str:
        """The property of the API page: the caption in camel case."""
        first, *others = self.page.split("_")
        return first.lower() + "".join(word[0].upper() + word[1:] for word in others)

    @property
    def dataverse(self) -> str:
        """The attribute in Dataverse: the publisher's prefix and the caption's letters."""
        return "dime_" + self.page.replace("_", "").lower()


APPOINTMENT_ID = Field("Appointment_Id", Kind.LONG)
DATABASE_ACTION = Field("Database_Action")
LAST_MODIFIED = Field("Last_Modified_Date", Kind.MOMENT)

APPOINTMENT = (
    Field("Source_Type"),
    Field("Source_App"),
    DATABASE_ACTION,
    Field("Job_No"),
    Field("Task_No"),
    APPOINTMENT_ID,
    Field("Subject"),
    Field("Body"),
    Field("Start", Kind.MOMENT),
    Field("End", Kind.MOMENT),
    Field("Time_Marker"),
    Field("Category"),
    Field("Importance", Kind.INT),
    Field("Is_All_Day_Event", Kind.BOOLEAN),
    Field("Duration_Sec", Kind.INT),
    Field("Non_Working_Time_Sec", Kind.INT),
    Field("Planning_Quantity", Kind.DECIMAL),
    Field("Planning_Unit_Of_Measure"),
    Field("Planning_UoM_Conversion", Kind.DECIMAL),
    Field("Use_Fix_Planning_Quantity", Kind.BOOLEAN),
    Field("Round_to_Unit_Of_Measure", Kind.BOOLEAN),
    Field("Backoffice_Id"),
    Field("Backoffice_Parent_Id"),
    Field("Sent_From_Backoffice", Kind.BOOLEAN),
    LAST_MODIFIED,
    Field("Last_Modified_User"),
    Field("Created_Date", Kind.MOMENT),
    Field("Created_User"),
)
RESOURCE = tuple(
    Field(name)
    for name in (
        "Source_App",
        "Source_Type",
        "Resource_Type",
        "Resource_No",
        "Resource_Name",
        "Display_Name",
    )
)
FIELD_VALUE = (Field("Field_Code"), Field("Field_Value"))
STATE_FIELDS = MappingProxyType(
    {
        "Status": Kind.TEXT,
        "Error_Message": Kind.TEXT,
        "Date_and_Time_Received": Kind.MOMENT,
    }
)
"""The columns that the processing of a record sets (domain.md, 4.4)."""
