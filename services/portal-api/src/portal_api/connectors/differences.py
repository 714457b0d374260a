"""The differences between two versions of a connector, by field. A secret differs when it was
entered again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.connectors.fields import STORE_FIELDS

if TYPE_CHECKING:
    from common.contracts.connector import Connector

NESTED_FIELDS = ("authentication", "limits", "applied")


def changed_fields(before: Connector | None, after: Connector) -> list[str]:
    """Return the names of the changed fields, such as ``uri``, ``limits.calls_in_flight`` or
    ``secrets.password``.

    The first version has no changed fields.
    """
    if before is None:
        return []
    fields_before, fields_after = _fields(before), _fields(after)
    return [
        name for name in fields_after if fields_before.get(name) != fields_after[name]
    ] + _secrets(before, after)


def _fields(connector: Connector) -> dict[str, Any]:
    plain = connector.model_dump(mode="json", exclude=STORE_FIELDS)
    inner = {
        f"{part}.{name}": value for part in NESTED_FIELDS for name, value in plain.pop(part).items()
    }
    return plain | inner


def _secrets(before: Connector, after: Connector) -> list[str]:
    """Return the secrets that were entered or removed. Their sealed texts differ anyway after a
    change of the key.
    """
    names = sorted({*before.secrets, *after.secrets})
    return [
        f"secrets.{name}"
        for name in names
        if (name in before.secrets, _entered(before, name))
        != (name in after.secrets, _entered(after, name))
    ]


def _entered(connector: Connector, name: str) -> int | None:
    return connector.secrets_entered.get(name)
