"""Rows of connectors from JSON or CSV, with this product's field names or the vendor's (domain.md,
3.3).
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from common.contracts.applied import AppliedPreset, AppliedSettings
from common.contracts.connector import BUSINESS_CENTRAL, SYSTEMS, AuthenticationType, Limits
from common.problem import MAX_ERRORS, MAX_NAME_LENGTH
from portal_api.errors import MediaTypeError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_ROWS = 1_000
JSON_TYPES = ("application/json", "application/octet-stream")
"""Media types of JSON. The second one is that of clients which name no format."""
_PATHS: dict[str, tuple[str, ...]] = {
    name.replace("_", ""): (name,)
    for name in (
        "name", "description", "source_app", "source_type", "enabled", "system", "api_type", "uri",
        "actions", "time_zone", "ca_certificate", "authentication", "limits", "mapping", "applied",
        "headers", "sends_missing_create", "newest_only", "recognises_delivery_id",
        "missing_after_s", "password", "client_secret", "signing_secret", "uri_query",
        "token_query",
    )
} | {
    "sendappointmenttowebservice": ("enabled",),
    "webserviceaddress": ("uri",),
    "type": ("system",),
    "backofficesystem": ("system",),
    "crudtypes": ("actions",),
    "authtype": ("authentication", "type"),
    "authenticationtype": ("authentication", "type"),
    **{
        name.replace("_", ""): ("authentication", name)
        for name in ("login", "tenant_id", "client_id", "token_url", "scope")
    },
    **{name.replace("_", ""): ("limits", name) for name in Limits.model_fields},
    **{
        f"applied{name.removeprefix('applied_').replace('_', '')}": ("applied", name)
        for name in AppliedSettings.model_fields
    },
}  # fmt: skip
_SYSTEMS = {
    "bc": BUSINESS_CENTRAL,
    "none": None,
    **{system.replace(" ", "").lower(): system for system in SYSTEMS},
}
_AUTHENTICATION = {
    "basicauth": AuthenticationType.BASIC,
    "oauthmsentraid": AuthenticationType.ENTRA_ID,
    "msentraid": AuthenticationType.ENTRA_ID,
    "oauth2clientcredentialsbodyauth": AuthenticationType.OAUTH2_BODY,
    "oauth2clientcredentialsbasicauth": AuthenticationType.OAUTH2_BASIC,
    **{"".join(filter(str.isalnum, kind.value)).lower(): kind for kind in AuthenticationType},
}


def read_rows(content_type: str, body: bytes) -> list[dict[str, Any]]:
    """Return one mapping per row of the file. Raises UnreadableError and MediaTypeError."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "text/csv":
        rows = _read_csv(body)
    elif media_type in JSON_TYPES:
        rows = _read_json(body)
    else:
        raise MediaTypeError("Send the Content-Type application/json or text/csv")
    if len(rows) > MAX_ROWS:
        raise UnreadableError(f"has {len(rows)} rows: import at most {MAX_ROWS} at once")
    return rows


def as_fields(row: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the input of ConnectorFields, and the errors of unknown column names."""
    fields: dict[str, Any] = {}
    errors = []
    for column, value in row.items():
        path = _PATHS.get(_fold(column))
        if path is None:
            errors.append(
                {"field": column[:MAX_NAME_LENGTH], "message": "is not a column of connectors"}
            )
        elif value not in (None, ""):
            _put(fields, path, _translate(path, value))
    return fields, errors[:MAX_ERRORS]


def _put(fields: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    inner = fields
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
    inner[path[-1]] = value


def _translate(path: tuple[str, ...], value: Any) -> Any:
    """Return the vendor's value as this product's value. Unknown values stay, and later checks name
    them.
    """
    if not isinstance(value, str):
        return value
    translate = _TRANSLATIONS.get(path[-1])
    return translate(value) if translate else value


def _parse_json(value: str) -> Any:
    try:
        return from_json(value, allow_inf_nan=False)
    except ValueError:
        return value


def _fold(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _parse_values(value: str) -> Any:
    """Return a list in JSON, or the texts between commas."""
    found = _parse_json(value)
    texts = [text.strip() for text in value.split(",") if text.strip()]
    return found if isinstance(found, list) else texts


_PRESETS = {_fold(preset.value): preset.value for preset in AppliedPreset}
_FLAGS = {
    "true": True,
    "yes": True,
    "1": True,
    "on": True,
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}
_TRANSLATIONS: dict[str, Callable[[str], Any]] = {
    "system": lambda value: _SYSTEMS.get(_fold(value), value),
    "type": lambda value: _AUTHENTICATION.get(_fold(value), value),
    **dict.fromkeys(
        ("enabled", "sends_missing_create", "newest_only", "recognises_delivery_id"),
        lambda value: _FLAGS.get(value.strip().lower(), value),
    ),
    **dict.fromkeys(
        (*Limits.model_fields, "missing_after_s", "interval_s", "give_up_after_h"), _parse_json
    ),
    **dict.fromkeys(("applied_values", "refused_values", "reverted_values"), _parse_values),
    "preset": lambda value: _PRESETS.get(_fold(value), value),
    "actions": lambda value: [
        action.strip().lower() for action in value.split(",") if action.strip()
    ],
    "api_type": str.upper,
    **dict.fromkeys(("authentication", "limits", "mapping", "applied", "headers"), _parse_json),
}


def _read_json(body: bytes) -> list[dict[str, Any]]:
    try:
        found = from_json(body.removeprefix(codecs.BOM_UTF8), allow_inf_nan=False)
    except ValueError:
        raise UnreadableError("is not JSON in UTF-8 with at most 200 levels") from None
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise UnreadableError("must be a JSON array of objects")
    return rows


def _read_csv(body: bytes) -> list[dict[str, Any]]:
    try:
        text = body.decode("utf-8-sig")
        head = text.partition("\n")[0]
        lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
        return [{str(k): v for k, v in row.items() if k is not None} for row in lines]
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableError("is not CSV in UTF-8 with column names in the first row") from None
