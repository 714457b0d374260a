"""The result of a connection test at the endpoint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import HttpResponse

_SIGN_IN = re.compile(rb"<input[^>]{1,400}type\s*=\s*[\"']?password", re.IGNORECASE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
LONGEST_PAGE = 64 * 1024
"""Bytes of an answer in which a form is looked for."""
NOT_FOUND = (404, 410)
NOT_READABLE = (405, 501)
"""Statuses of an address that is there and cannot be read (RFC 9110, 15.5.6 and 15.6.2)."""


class ProbeResult(NamedTuple):
    """Not ``passed`` when the back office answers and lacks names that the connector sends.

    ``mapping`` holds the names of the back office's own description, where it has one. Not
    ``shows_admission`` when the answer does not show whether the credentials were accepted.
    """

    passed: bool
    sentence: str
    mapping: dict[str, Any] | None = None
    shows_admission: bool = True


def is_sign_in_page(response: HttpResponse) -> bool:
    """Whether this is a page on which a person signs in."""
    return _SIGN_IN.search(response.body[:LONGEST_PAGE]) is not None


def wrong_service(response: HttpResponse, wanted: str, check: str) -> ProbeResult:
    """Return the result for an answer that is not the wanted one: most often a page for people."""
    if is_sign_in_page(response):
        found = "is a sign-in page, not"
    elif _PAGE.match(response.body):
        found = "is a web page, not"
    else:
        return ProbeResult(passed=False, sentence=f"The answer is no {wanted}. {check}")
    return ProbeResult(
        passed=False,
        sentence=f"The answer {found} {wanted}. {check} Check proxies on the way as well.",
        shows_admission=False,
    )
