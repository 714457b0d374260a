"""``mboc-portal-api rekey``: every connector's secrets under the first of the keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from common.sealing import SealError

if TYPE_CHECKING:
    from portal_api.store.connectors import Connectors


async def rekey(connectors: Connectors) -> int:
    """Seal them anew and say how many; returns an exit code."""
    try:
        changed = await connectors.rekey()
    except SealError as error:
        sys.stderr.write(
            f"Stopped: {error}. Put that key back on SECRET_KEYS, behind the new one, and "
            "run this again.\n"
        )
        return 1
    sys.stdout.write(f"Sealed anew: the secrets of {changed} connectors and versions.\n")
    return 0
