"""Five connectors to begin with: each system that there is, and a webhook that
fails now and then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_stack.outside import Outside

COMPANY = "5d115c9c-44e3-ea11-bb43-000d3a2feca1"
LOGIN = {"login": "CRONUS\\DIME", "password": "made-up-password"}
CLIENT = {
    "client_id": "made-up-client",
    "client_secret": "made-up-secret",
    "scope": "made-up-scope",
}


class Seeded(NamedTuple):
    """A connector to a back office of the simulator; ``asks_for`` is what that demands of calls,
    ``fault`` how it misbehaves.
    """

    name: str
    source_app: str
    back_office: str
    system: str
    api_type: str
    path: str = ""
    asks_for: Mapping[str, str] | None = None
    fault: Mapping[str, Any] | None = None

    def at(self, simulator: str) -> str:
        """Return the address of the back office."""
        return f"{simulator}/back-offices/{self.back_office}"

    def wanted(self, simulator: str) -> dict[str, Any]:
        """Return the connector's fields."""
        plain = {
            "name": self.name,
            "source_app": self.source_app,
            "system": self.system,
            "api_type": self.api_type,
            "uri": self.at(simulator) + self.path,
        }
        return plain | self._credentials(simulator)

    def _credentials(self, simulator: str) -> dict[str, Any]:
        if self.asks_for is None:
            return {}
        if "login" in self.asks_for:
            return {
                "authentication": {"type": self.asks_for["type"], "login": LOGIN["login"]},
                "password": LOGIN["password"],
            }
        client = {
            "client_id": CLIENT["client_id"],
            "scope": CLIENT["scope"],
            "token_url": f"{self.at(simulator)}/oauth2/v2.0/token",
        }
        return {
            "authentication": {"type": "OAuth2 (secret in body)"} | client,
            "client_secret": CLIENT["client_secret"],
        }


PAGE = "/WS/CRONUS%20International%20Ltd./Page/Appointment"
API_PAGE = f"/api/dimeSoftware/dimeScheduler/v1.0/companies({COMPANY})/appointments"
OAUTH2 = {"type": "OAuth2", "client_secret_in": "body"} | CLIENT
SEEDED = (
    Seeded(
        "CRONUS Business Central (SOAP)",
        "CRONUS BC",
        "business-central",
        "Business Central",
        "SOAP",
        PAGE,
        {"type": "Basic"} | LOGIN,
    ),
    Seeded(
        "CRONUS Business Central (API page)",
        "CRONUS BC CLOUD",
        "business-central-cloud",
        "Business Central",
        "REST",
        API_PAGE,
        OAUTH2,
    ),
    Seeded("CRONUS NAV", "CRONUS NAV", "nav", "NAV", "SOAP", PAGE, {"type": "NTLM"} | LOGIN),
    Seeded("CRONUS CRM", "CRONUS CRM", "crm", "CRM", "REST", "/api/data/v9.2", OAUTH2),
    Seeded(
        "CRONUS Webhook (fails now and then)",
        "CRONUS WEBHOOK",
        "shaky",
        "Webhook",
        "REST",
        fault={"status": 429, "share": 0.4},
    ),
)
"""The shaky one: three tries an attempt, so about six in a hundred attempts come to Failed."""
SOURCE_APPS = [seeded.source_app for seeded in SEEDED]


async def seed(outside: Outside, simulator: str) -> None:
    """Have all of them; those of an earlier run are only told where the simulator is now."""
    known = {
        connector["name"]: connector
        for connector in (await outside.api("GET", "/connectors"))["items"]
    }
    for seeded in SEEDED:
        if seeded.asks_for:
            await outside.simulator(
                "PUT",
                f"/back-offices/{seeded.back_office}/authentication",
                json=dict(seeded.asks_for),
            )
        if seeded.fault:
            await outside.simulator(
                "PUT", f"/back-offices/{seeded.back_office}/faults", json=dict(seeded.fault)
            )
        await _have(outside, seeded.wanted(simulator), known.get(seeded.name))


async def _have(outside: Outside, wanted: dict[str, Any], known: dict[str, Any] | None) -> None:
    if known is None:
        await outside.api("POST", "/connectors", json=wanted)
    elif known["uri"] != wanted["uri"]:
        await outside.api(
            "PUT",
            f"/connectors/{known['connector_id']}",
            json=wanted | {"version": known["version"]},
        )
