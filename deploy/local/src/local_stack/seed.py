"""Five demo connectors: one for each system, and a webhook that fails sometimes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_stack.system_client import SystemClient

COMPANY = "5d115c9c-44e3-ea11-bb43-000d3a2feca1"
LOGIN = {"login": "CRONUS\\DIME", "password": "made-up-password"}
CLIENT = {
    "client_id": "made-up-client",
    "client_secret": "made-up-secret",
    "scope": "made-up-scope",
}


class DemoConnector(NamedTuple):
    """A connector to a back office of the simulator. ``requires`` is the authentication that the
    back office requires, ``fault`` its injected fault.
    """

    name: str
    source_app: str
    back_office: str
    system: str
    api_type: str
    path: str = ""
    requires: Mapping[str, str] | None = None
    fault: Mapping[str, Any] | None = None

    def at(self, simulator: str) -> str:
        """Return the address of the back office."""
        return f"{simulator}/back-offices/{self.back_office}"

    def fields(self, simulator: str) -> dict[str, Any]:
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
        if self.requires is None:
            return {}
        if "login" in self.requires:
            return {
                "authentication": {"type": self.requires["type"], "login": LOGIN["login"]},
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
DEMO_CONNECTORS = (
    DemoConnector(
        "CRONUS Business Central (SOAP)",
        "CRONUS BC",
        "business-central",
        "Business Central",
        "SOAP",
        PAGE,
        {"type": "Basic"} | LOGIN,
    ),
    DemoConnector(
        "CRONUS Business Central (API page)",
        "CRONUS BC CLOUD",
        "business-central-cloud",
        "Business Central",
        "REST",
        API_PAGE,
        OAUTH2,
    ),
    DemoConnector("CRONUS NAV", "CRONUS NAV", "nav", "NAV", "SOAP", PAGE, {"type": "NTLM"} | LOGIN),
    DemoConnector("CRONUS CRM", "CRONUS CRM", "crm", "CRM", "REST", "/api/data/v9.2", OAUTH2),
    DemoConnector(
        "CRONUS Webhook (fails now and then)",
        "CRONUS WEBHOOK",
        "shaky",
        "Webhook",
        "REST",
        fault={"status": 429, "share": 0.4},
    ),
)
"""The shaky webhook makes about six in a hundred attempts Failed, because an attempt has three
tries.
"""
SOURCE_APPS = [demo.source_app for demo in DEMO_CONNECTORS]
REQUIRED_AUTHENTICATION = {
    demo.back_office: demo.requires for demo in DEMO_CONNECTORS if demo.requires
}
"""A setting of the simulator, because dispatcher may call a back office before the seed runs. A
refused credential would hold the lane for 15 minutes.
"""


async def seed(client: SystemClient, simulator: str) -> None:
    """Create all connectors. Connectors of an earlier run get the simulator's current address."""
    known = {
        connector["name"]: connector
        for connector in (await client.api("GET", "/connectors"))["items"]
    }
    for demo in DEMO_CONNECTORS:
        if demo.fault:
            await client.simulator(
                "PUT", f"/back-offices/{demo.back_office}/faults", json=dict(demo.fault)
            )
        await _create_or_update(client, demo.fields(simulator), known.get(demo.name))


async def _create_or_update(
    client: SystemClient, fields: dict[str, Any], known: dict[str, Any] | None
) -> None:
    if known is None:
        await client.api("POST", "/connectors", json=fields)
    elif known["uri"] != fields["uri"]:
        await client.api(
            "PUT",
            f"/connectors/{known['connector_id']}",
            json=fields | {"version": known["version"]},
        )
