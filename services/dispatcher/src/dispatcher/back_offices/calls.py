"""One HTTP call to a back office, and the only place where the HTTP client's exceptions are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from dispatcher.errors import DeliveryError, NoAnswerError, RefusedError, ServerFaultError, ThrottledError, UnauthorisedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector

ANSWER_CAP = 64 * 1024
KEEP_ALIVE_S = 4.0
"""Shorter than the servers' own: a POST on a connection that the server just closed has an unknown outcome."""


class Codes(NamedTuple):
    """The stable codes of one system (domain.md, 6.3 and 6.4)."""

    timeout: str
    http: str
    unauthorised: str
    address: str


def open_session() -> ClientSession:
    """Return the HTTP client of this process; how many calls a connector may make is its lane's business."""
    connector = TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S, ttl_dns_cache=30)
    return ClientSession(connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": "mboc-dispatcher"})


async def post(session: ClientSession, connector: Connector, headers: Mapping[str, str], body: bytes, codes: Codes) -> int:
    """POST once, follow nothing, and return the 2xx status; raises a DeliveryError for everything else."""
    limits = connector.limits
    timeout = ClientTimeout(total=limits.total_timeout_s, sock_connect=limits.connect_timeout_s)
    try:
        async with session.post(connector.uri or "", data=body, headers=headers, timeout=timeout, allow_redirects=False) as answer:
            await answer.content.read(ANSWER_CAP)
            status, retry_after = answer.status, _seconds(answer.headers.get("Retry-After"))
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise RefusedError(codes.address, f"The URI of connector '{connector.name}' cannot be called: mend its URI.") from error
    except aiohttp.ConnectionTimeoutError as error:
        raise UnreachableError(
            codes.timeout, f"No connection within {limits.connect_timeout_s:g} s: check the URI's host, its port and the firewall."
        ) from error
    except TimeoutError as error:
        said = f"No answer within {limits.total_timeout_s:g} s; the back office may have stored the appointment. Check it there before retrying."
        raise NoAnswerError(codes.timeout, said) from error
    except aiohttp.ClientConnectorError as error:
        raise UnreachableError(codes.http, f"{_why(error)}: check the URI and whether the back office is running.") from error
    except aiohttp.ClientError as error:
        said = "The connection was cut before an answer came; the back office may have stored the appointment. Check it there before retrying."
        raise NoAnswerError(codes.http, said) from error
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        return status
    raise _fault(status, retry_after, codes)


def _fault(status: int, retry_after_s: float | None, codes: Codes) -> DeliveryError:
    text = f"Status code: {status}."
    if status in {401, 403}:
        return UnauthorisedError(
            codes.unauthorised, f"{text} The back office does not accept the credentials: check them on the connector.", http_status=status
        )
    if status == 429 or (status == 503 and retry_after_s is not None):  # noqa: PLR2004 - RFC 6585, RFC 9110
        return ThrottledError(codes.http, f"{text} The back office asks to be called less often.", http_status=status, retry_after_s=retry_after_s)
    if status == 408 or status >= 500:  # noqa: PLR2004 - RFC 9110
        return ServerFaultError(
            codes.http, f"{text} The back office has trouble of its own: look into its logs.", http_status=status, retry_after_s=retry_after_s
        )
    if 300 <= status < 400:  # noqa: PLR2004 - RFC 9110
        return RefusedError(codes.http, f"{text} Redirects are not followed: set the connector's URI to the final address.", http_status=status)
    return RefusedError(codes.http, f"{text} The back office refused this appointment: look into its logs.", http_status=status)


def _why(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "The host's name cannot be found"
    if isinstance(error, aiohttp.ClientSSLError):
        return "The TLS connection was refused or its certificate is not trusted"
    return "The back office cannot be reached"


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdigit() else None
