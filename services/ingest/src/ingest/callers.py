"""Authenticates the callers of the webhook, and records those who are refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from common.client_address import client_address
from common.problem import problem
from common.refusal_log import RefusalLog
from ingest.authentication import is_authenticated
from ingest.metrics import REASONS, REFUSALS
from ingest.wrong_secrets import WrongSecrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response
    from starlette.types import Scope

    from common.client_address import Network

UNAVAILABLE = 503
_FORWARDED = b"x-forwarded-for"


class Callers:
    """The sources with their secrets, and the record of refused requests.

    ``proxies`` are the networks whose X-Forwarded-For is trusted.
    """

    def __init__(self, secrets: Mapping[str, bytes], proxies: Sequence[Network]) -> None:
        self._secrets = secrets
        self._proxies = proxies
        self._wrong_secrets = WrongSecrets()
        self._refusals = RefusalLog()

    def refusal_of(
        self, scope: Scope, source: str, headers: Mapping[bytes, bytes]
    ) -> Response | None:
        """Return None for a right secret, 401 for a wrong one, and 429 after too many of them."""
        if is_authenticated(self._secrets, source, headers):
            return None
        wait = self._wrong_secrets.record(self._address_of(scope))
        if wait is not None:
            return problem(
                429,
                "Too many wrong secrets came from this address. Correct the secret, or wait",
                headers={"Retry-After": str(math.ceil(wait))},
            )
        return problem(
            401,
            "Send this source's secret as X-API-KEY, or as the password of HTTP Basic",
            headers={"WWW-Authenticate": "Basic"},
        )

    def record_refusal(self, scope: Scope, status: int) -> None:
        """Count and log a refused request. A wait for RabbitMQ has log lines of its own."""
        REFUSALS[status].inc()
        if status != UNAVAILABLE:
            self._refusals.record(self._address_of(scope), REASONS[status])

    def _address_of(self, scope: Scope) -> str:
        forwarded = [
            value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED
        ]
        peer = scope.get("client") or ("", 0)
        return client_address(peer[0], ",".join(forwarded), self._proxies)
