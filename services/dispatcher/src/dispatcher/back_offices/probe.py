"""The result of a connection test at the endpoint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import Answer

_SIGN_IN = re.compile(rb"<input[^>]{1,400}type\s*=\s*[\"']?password", re.IGNORECASE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
NO_SUCH = (404, 410)
NOT_READ = (405, 501)
"""Statuses of an address that is there and cannot be read (RFC 9110, 15.5.6 and 15.6.2)."""


class Probed(NamedTuple):
    """Not ``passed`` when the back office answers and lacks names that the connector sends.

    ``mapping`` holds the names of the back office's own description, where it has one. Not
    ``is_admitted`` when the answer does not show whether the credentials were accepted.
    """

    passed: bool
    sentence: str
    mapping: dict[str, Any] | None = None
    is_admitted: bool = True


def is_sign_in_page(answer: Answer) -> bool:
    """Whether this is a page on which a person signs in."""
    return _SIGN_IN.search(answer.body) is not None


def another_service(answer: Answer, wanted: str, check: str) -> Probed:
    """Return the result for an answer that is not the wanted one: most often a page for people."""
    if is_sign_in_page(answer):
        found = "is a sign-in page, not"
    elif _PAGE.match(answer.body):
        found = "is a web page, not"
    else:
        return Probed(passed=False, sentence=f"The answer is no {wanted}. {check}")
    return Probed(
        passed=False,
        sentence=f"The answer {found} {wanted}. {check} Check proxies on the way as well.",
        is_admitted=False,
    )
