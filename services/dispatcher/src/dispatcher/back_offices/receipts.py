"""Reads the receipt of a stored record from the answer of a back office.

A receipt never decides about success. A value that cannot be read is left out, and every value is
without secrets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from common.contracts.receipt import MAX_RECEIPT_LENGTH, Receipt
from dispatcher.back_offices.calls import without_query

if TYPE_CHECKING:
    from dispatcher.back_offices.faults import FaultTranslator

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ID_AT_END = re.compile(rf"\(({_GUID})\)/?$")


def receipt_of(faults: FaultTranslator, **values: Any) -> Receipt | None:
    """Return the receipt with these values, or None where the answer has none of them.

    Only texts and integers are values.
    """
    shown = {name: _shown(faults, value) for name, value in values.items()}
    known = {name: text for name, text in shown.items() if text}
    return Receipt(**known) if known else None


def location_of(uri: str, header: str | None) -> str | None:
    """Return the address of a record without query and credentials, or None.

    ``header`` may be relative to the URI (RFC 9110, 10.2.2).
    """
    if not header:
        return None
    try:
        return without_query(urljoin(uri, header)) or None
    except ValueError:
        return None


def id_in(location: str | None) -> str | None:
    """Return the GUID in brackets at the end of an address of OData, or None."""
    found = _ID_AT_END.search(location or "")
    return found[1] if found else None


def _shown(faults: FaultTranslator, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return faults.quote(str(value))[:MAX_RECEIPT_LENGTH]
