"""The stored secrets that a change of a connector would send to another destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.connector_secrets import is_sealed_for_present
from common.destinations import destination_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from common.contracts.connector import Connector


def secrets_to_enter_again(
    before: Connector, after: Connector, entered: Collection[str]
) -> dict[str, str]:
    """Return the sentence of each kept secret whose destination changes, by secret.

    ``after`` has the sealed secrets of ``before``. A secret that no call uses may stay, and one
    that returns to the destination that it was sealed for as well (OWASP ASVS 4.0.3, 6.4.1).
    """
    return {
        name: _sentence(destination_of(before, name), destination)
        for name in before.secrets
        if name not in entered
        and (destination := destination_of(after, name)) is not None
        and destination != destination_of(before, name)
        and not is_sealed_for_present(after, name)
    }


def _sentence(before: Mapping[str, str] | None, after: Mapping[str, str]) -> str:
    if before is None:
        return "enter it again, because it was entered for other settings"
    changed = [part for part, value in after.items() if before.get(part) != value]
    return f"enter it again, because the {' and the '.join(changed)} is another one"
