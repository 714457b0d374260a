"""Two connectors to begin with: one to a healthy back office, one to a back office that fails now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_stack.outside import Outside


class Seeded(NamedTuple):
    """A connector to a back office of the simulator; ``fault`` is how that misbehaves."""

    name: str
    source_app: str
    back_office: str
    fault: Mapping[str, Any] | None = None

    def address(self, simulator: str) -> str:
        """Return the URI of the connector."""
        return f"{simulator}/back-offices/{self.back_office}"


STEADY = Seeded("CRONUS Sales", "CRONUS SALES", "steady")
SHAKY = Seeded("CRONUS Service (fails now and then)", "CRONUS SERVICE", "shaky", {"status": 503, "share": 0.4})
"""Three tries an attempt: about six in a hundred attempts come to Failed."""
SEEDED = (STEADY, SHAKY)
SOURCE_APPS = [seeded.source_app for seeded in SEEDED]


async def seed(outside: Outside, simulator: str) -> None:
    """Have both connectors; those of an earlier run are only told where the simulator is now."""
    known = {connector["name"]: connector for connector in (await outside.api("GET", "/connectors"))["items"]}
    for seeded in SEEDED:
        await _have(outside, seeded, seeded.address(simulator), known.get(seeded.name))
        if seeded.fault:
            await outside.simulator("PUT", f"/back-offices/{seeded.back_office}/faults", json=seeded.fault)


async def _have(outside: Outside, seeded: Seeded, uri: str, known: dict[str, Any] | None) -> None:
    if known is None:
        wanted = {"name": seeded.name, "source_app": seeded.source_app, "system": "Webhook", "api_type": "REST", "uri": uri}
        await outside.api("POST", "/connectors", json=wanted)
    elif known["uri"] != uri:
        kept = {name: value for name, value in known.items() if name not in {"connector_id", "modified_at", "has_signing_secret"}}
        await outside.api("PUT", f"/connectors/{known['connector_id']}", json=kept | {"uri": uri})
