"""The result of a connection test at the endpoint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import HttpResponse

_INPUT = re.compile(rb"<input([^<>]{1,1000})", re.IGNORECASE)
_PASSWORD = re.compile(rb"\btype\s{0,9}=\s{0,9}[\"']?password", re.IGNORECASE)
_PAGE = re.compile(rb"\s{0,999}(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
LONGEST_PAGE = 64 * 1024
"""The bytes of a response that are searched for a form."""
NOT_FOUND = (404, 410)
NOT_READABLE = (405, 501)
"""Statuses of an existing address that cannot be read (RFC 9110, 15.5.6 and 15.6.2)."""


class ProbeResult(NamedTuple):
    """The result of a probe, with its sentence for the administrator.

    ``passed`` is False when the back office answers but lacks names that the connector sends.
    ``mapping`` holds the names of the back office's own description, if it has one.
    ``shows_admission`` is False when the response does not show whether the credentials were
    accepted.
    """

    passed: bool
    sentence: str
    mapping: dict[str, Any] | None = None
    shows_admission: bool = True


def is_sign_in_page(response: HttpResponse) -> bool:
    """Return whether the response is a page on which a person signs in."""
    fields = _INPUT.finditer(response.body, 0, LONGEST_PAGE)
    return any(_PASSWORD.search(field[1]) for field in fields)


def wrong_service(response: HttpResponse, wanted: str, check: str) -> ProbeResult:
    """Return the result for a response of another service, most often a web page."""
    if is_sign_in_page(response):
        found = "is a sign-in page, not"
    elif _PAGE.match(response.body):
        found = "is a web page, not"
    else:
        return ProbeResult(passed=False, sentence=f"The answer is no {wanted}. {check}")
    return ProbeResult(
        passed=False,
        sentence=f"The answer {found} {wanted}. {check} Check proxies in between as well.",
        shows_admission=False,
    )
