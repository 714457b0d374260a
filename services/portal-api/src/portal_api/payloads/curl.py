"""The command line that sends a mapped call. It has no secret."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from common.contracts.mapped_request import MASK, RECORD

if TYPE_CHECKING:
    from common.contracts.mapped_request import MappedCall

QUERY_VARIABLE, RECORD_VARIABLE = "MBOC_URI_QUERY", "MBOC_RECORD_ID"
WITHOUT = frozenset({"accept-encoding", "connection", "content-length", "host"})
"""Headers that curl sets itself."""
CUT_OFF = "@body.txt"
"""The file for the body of a call that is too long to show."""


def curl_command(call: MappedCall) -> str:
    """Return the command for a POSIX shell.

    A masked value is a variable of the shell, such as ``$MBOC_AUTHORIZATION``, so the command
    stops with the name of a variable that is not set.
    """
    parts = ["curl", "--globoff", "--request", shlex.quote(call.method)]
    parts += ["--url", _url(call.url)]
    for header in call.headers:
        if header.name.lower() not in WITHOUT:
            parts += ["--header", _header(header.name, header.value)]
    if not call.is_whole:
        parts += ["--data-binary", CUT_OFF]
    elif call.body:
        # --data-binary would read a file for a body that begins with @.
        parts += ["--data-raw", shlex.quote(call.body)]
    return " ".join(parts)


def _header(name: str, value: str) -> str:
    if value == MASK:
        return shlex.quote(f"{name}: ") + _variable(_variable_name(name))
    return shlex.quote(f"{name}: {value}" if value else f"{name};")


def _url(url: str) -> str:
    path, mark, query = url.partition("?")
    if query == MASK:
        return _with_record(f"{path}{mark}") + _variable(QUERY_VARIABLE)
    return _with_record(url)


def _with_record(text: str) -> str:
    before, mark, after = text.partition(RECORD)
    if not mark:
        return shlex.quote(text)
    return shlex.quote(f"{before}(") + _variable(RECORD_VARIABLE) + shlex.quote(f"){after}")


def _variable(name: str) -> str:
    return f'"${{{name}:?}}"'


def _variable_name(header: str) -> str:
    return "MBOC_" + re.sub(r"[^A-Z0-9]", "_", header.upper())
