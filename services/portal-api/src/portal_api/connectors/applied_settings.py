"""The entered settings of the questions for the state of records (docs/applied.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BeforeValidator, ConfigDict, field_validator, model_validator

from common.address import origin_of, split_query
from common.contracts.applied import AppliedPreset, AppliedSettings
from common.contracts.applied_presets import PRESETS_OF, folded, names_of
from portal_api.connectors.entered import refusal
from portal_api.connectors.http_rules import check_readable, check_text, check_web_address

if TYPE_CHECKING:
    from pydantic import ValidationError

MAX_VALUE_LENGTH = 100
_NAME = re.compile(r"[^\W\d][\w.]*")
"""A name of XML and of OData, with letters of any language (wire-formats.md)."""
_VALUES = ("applied_values", "refused_values", "reverted_values")


class _AppliedSettings(AppliedSettings):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("address")
    @classmethod
    def _is_web_address(cls, address: str | None) -> str | None:
        if not address:
            return None
        check_web_address(address)
        if split_query(address)[1]:
            raise ValueError("must not have a query: the query of the URI is sent with it")
        return address

    @field_validator("status_field", "entry_field", "message_field")
    @classmethod
    def _is_name(cls, name: str | None) -> str | None:
        """Refuse a name that no record can have. An empty message field means no message."""
        if name and not _NAME.fullmatch(name):
            raise ValueError("must be the name of a field, as in the WSDL or the metadata")
        return name

    @field_validator("status_field", "entry_field")
    @classmethod
    def _is_published(cls, name: str | None) -> str | None:
        return name or None

    @field_validator(*_VALUES)
    @classmethod
    def _are_values(cls, values: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for value in values or ():
            check_text(value)
            check_readable(value)
            if len(value) > MAX_VALUE_LENGTH:
                raise ValueError(f"must have values of at most {MAX_VALUE_LENGTH} characters")
        return values

    @model_validator(mode="after")
    def _values_differ(self) -> Self:
        """Refuse a value that would mean two states."""
        seen: dict[str, str] = {}
        for name in _VALUES:
            for value in folded(getattr(self, name) or ()):
                if value in seen:
                    raise refusal((name,), f"must not have a value of {seen[value]}: {value}")
                seen[value] = name
        return self


EnteredApplied = Annotated[AppliedSettings, BeforeValidator(_AppliedSettings.model_validate)]


def applied_refusal(
    settings: AppliedSettings, kind: tuple[str, str], uri: str | None
) -> ValidationError | None:
    """Return the refusal of settings that do not fit the connector, or None.

    The connector's credentials go to the server of its URI alone (OWASP ASVS 4.0.3, 5.1.5).
    """
    if settings.preset is AppliedPreset.OFF:
        return None
    fitting = PRESETS_OF.get(kind, (AppliedPreset.OFF,))
    if settings.preset not in fitting:
        names = " or ".join(fitting)
        return refusal(("applied", "preset"), f"must be {names} for this system and API type")
    if settings.preset is not AppliedPreset.ODATA_LIST:
        return _overlap(settings, kind)
    if not settings.address:
        return refusal(("applied", "address"), "is required: enter the address of the list page")
    if not uri or origin_of(settings.address) != origin_of(uri):
        return refusal(
            ("applied", "address"),
            "must have the scheme, host and port of the URI, because the credentials are sent to "
            "that server alone",
        )
    return _overlap(settings, kind)


def _overlap(settings: AppliedSettings, kind: tuple[str, str]) -> ValidationError | None:
    """Return the refusal of an entered value that a default list has as well, or None."""
    names = names_of(kind, settings)
    lists = {"applied": names.applied, "refused": names.refused, "reverted": names.reverted}
    for name, values in lists.items():
        if getattr(settings, f"{name}_values") is None:
            continue
        for other, theirs in lists.items():
            if other != name and values & theirs:
                value = min(values & theirs)
                return refusal(
                    ("applied", f"{name}_values"),
                    f"must not have {value}, which means {other}: enter {other}_values as well",
                )
    return None
