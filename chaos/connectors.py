"""The connectors of a run: webhooks with and without credentials, two of Business Central with the
same login, one with partitions, one with a limit of a single call. Some get the newest only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_stack.seed import PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGIN, PASSWORD = "CRONUS\\DIME", "made-up-password"
HANG_TIMEOUT_S = 4.0
BASIC = {"type": "Basic", "login": LOGIN}
BUSINESS_CENTRAL = {"system": "Business Central", "api_type": "SOAP", "missing_after_s": 20.0}


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector to the simulated back office of the same name. Connectors of one ``group`` share
    a limit of concurrent calls.

    ``latency_s`` is the duration of every call, which makes lanes busy.
    """

    name: str
    source_app: str
    calls_in_flight: int = 4
    latency_s: float = 0.1
    group: str = ""
    path: str = ""
    has_login: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def can_be_asked(self) -> bool:
        """Whether the back office is asked for the records of calls without an answer."""
        return self.more is BUSINESS_CENTRAL

    @property
    def sharing(self) -> str:
        """The name of the limit: the group, or the connector."""
        return self.group or self.name

    def fields(self, simulator: str) -> dict[str, Any]:
        """Return the fields for the portal API."""
        limits = {"calls_in_flight": self.calls_in_flight, "calls_per_second": 0.0}
        plain = {
            "name": self.name,
            "source_app": self.source_app,
            "system": "Webhook",
            "api_type": "REST",
            "uri": f"{simulator}/back-offices/{self.name}{self.path}",
            "limits": limits | dict(self.limits),
        }
        login = {"authentication": BASIC, "password": PASSWORD} if self.has_login else {}
        return plain | login | dict(self.more)


CONNECTORS = (
    Connector("plain", "plain"),
    Connector("twin", "plain"),
    Connector("narrow", "narrow", calls_in_flight=1, latency_s=0.03, more={"newest_only": True}),
    Connector("wide", "wide", calls_in_flight=8, limits={"partitions": 4}),
    Connector("login", "login", has_login=True, limits={"total_timeout_s": HANG_TIMEOUT_S}),
    Connector(
        "bc-one", "bc-one", group="bc login", path=PAGE, has_login=True, more=BUSINESS_CENTRAL
    ),
    Connector(
        "bc-two", "bc-two", group="bc login", path=PAGE, has_login=True, more=BUSINESS_CENTRAL
    ),
)
SOURCE_APPS = tuple(dict.fromkeys(connector.source_app for connector in CONNECTORS))
REQUIRED = {"type": "Basic", "login": LOGIN, "password": PASSWORD}
"""The authentication that the simulator requires from connectors with a login."""


def limits() -> dict[str, int]:
    """Return the allowed concurrent calls, by connector or group."""
    return {connector.sharing: connector.calls_in_flight for connector in CONNECTORS}
