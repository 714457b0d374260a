"""The kinds of back office by name, with their addresses at the simulator and their credentials."""

from __future__ import annotations

from typing import Any, NamedTuple

from common.contracts.mapping import MAPPINGS
from tests.support.system import ADMIN_PASSWORD, API_KEY, SECRET, SECRET_KEYS

COMPANY = "5d115c9c-44e3-ea11-bb43-000d3a2feca1"
PAGE = "/WS/CRONUS%20International%20Ltd./Page/Appointment"
API_PAGE = f"/api/dimeSoftware/dimeScheduler/v1.0/companies({COMPANY})/appointments"
LOGIN = {"login": "CRONUS\\DIME", "password": "made-up pässword"}
CLIENT = {
    "client_id": "made-up/client+1",
    "client_secret": "made-up%secret+&=",
    "scope": "made-up-scope",
}
SIGNING, HEADER = "whsec_bWFkZS11cC1zaWduaW5nLXNlY3JldA==", "made-up-header-value"
SECRETS = (
    LOGIN["password"],
    CLIENT["client_secret"],
    SIGNING,
    HEADER,
    SECRET,
    API_KEY,
    ADMIN_PASSWORD,
    SECRET_KEYS.partition(":")[2],
)
"""All secrets of the test suite."""


class SimulatedBackOffice(NamedTuple):
    """A kind of back office that the simulator plays."""

    system: str
    api_type: str
    path: str = ""

    def connector(self, simulator: str, name: str) -> dict[str, Any]:
        """Return the fields of a connector to this back office."""
        return {
            "system": self.system,
            "api_type": self.api_type,
            "uri": f"{simulator}/back-offices/{name}{self.path}",
        }


SIMULATED = {
    "webhook": SimulatedBackOffice("Webhook", "REST"),
    "Business Central SOAP": SimulatedBackOffice("Business Central", "SOAP", PAGE),
    "Business Central API page": SimulatedBackOffice("Business Central", "REST", API_PAGE),
    "NAV": SimulatedBackOffice("NAV", "SOAP", PAGE),
    "CRM": SimulatedBackOffice("CRM", "REST", "/api/data/v9.2"),
}
MAPPED = [
    name for name, office in SIMULATED.items() if (office.system, office.api_type) in MAPPINGS
]
"""The kinds whose names an administrator can map."""


def a_login(kind: str, **changes: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Return the simulator's required login, and the authentication and secrets of a connector."""
    given = LOGIN | changes
    return (
        {"type": kind} | LOGIN,
        {"type": kind, "login": given["login"]},
        {"password": given["password"]},
    )


def a_client(
    simulator: str, name: str, where: str = "body", **changes: str
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Return the simulator's required OAuth2 client, and the authentication and secrets of a
    connector.

    The connector sends the client secret in the body or in a header.
    """
    given = CLIENT | changes
    kind = {"body": "OAuth2 (secret in body)", "basic": "OAuth2 (secret in header)"}[where]
    token_url = f"{simulator}/back-offices/{name}/oauth2/v2.0/token"
    said = {
        "type": kind,
        "client_id": given["client_id"],
        "scope": given["scope"],
        "token_url": token_url,
    }
    return (
        {"type": "OAuth2", "client_secret_in": where} | CLIENT,
        said,
        {"client_secret": given["client_secret"]},
    )
