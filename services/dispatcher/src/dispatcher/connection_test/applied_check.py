"""Checks the preset for the state of records against the back office's own description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.contracts.applied import AppliedPreset
from dispatcher.errors import DeliveryError

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from dispatcher.back_offices.probe import ProbeResult
    from dispatcher.back_offices.table import BackOfficeClient

_CORRECT = "Correct the names under Applied in the MBOC setting, or choose another preset."


async def check_applied(
    connector: Connector, client: BackOfficeClient, found: ProbeResult
) -> ProbeResult:
    """Return the result of the test with the result of this check.

    Deliveries do not depend on the preset, so a held lane is probed without this check.
    """
    if connector.applied.preset is AppliedPreset.OFF:
        return found
    try:
        reader = client.record_reader()
        missing = [] if reader is None else await reader.missing_fields()
    except DeliveryError as error:
        return _failed(found, f"The state of records cannot be read: {error}")
    if reader is None:
        return _failed(found, "This system and API type cannot tell the state of records.")
    if missing:
        names = ", ".join(missing)
        return _failed(
            found, f"The preset {connector.applied.preset} reads names that are missing: {names}."
        )
    return found._replace(
        sentence=f"{found.sentence} The preset {connector.applied.preset} finds its fields."
    )


def _failed(found: ProbeResult, sentence: str) -> ProbeResult:
    return found._replace(passed=False, sentence=f"{sentence} {_CORRECT}")
