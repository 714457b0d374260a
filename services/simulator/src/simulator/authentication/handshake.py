"""NTLM and Negotiate: one handshake on each TCP connection, by pyspnego. Raises HandshakeError."""

from __future__ import annotations

import base64
import contextlib
import os
import struct
import tempfile
from typing import TYPE_CHECKING

import spnego
from spnego._ntlm_raw.crypto import ntowfv1
from spnego.exceptions import SpnegoError

from simulator.errors import HandshakeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.authentication.requirements import LoginRequirement

_FILE = "NTLM_USER_FILE"
"""The variable of the file from which the acceptor reads the account."""
_UNREADABLE = (SpnegoError, ValueError, LookupError, TypeError, struct.error, NotImplementedError)


class Handshake:
    """The progress of the handshake on one connection."""

    def __init__(self, requirement: LoginRequirement) -> None:
        self._requirement = requirement
        self._context: spnego.ContextProxy | None = None
        self.was_asked = self.is_complete = False

    def step(self, header: str) -> str | None:
        """Read the token of an Authorization header and return the reply token, or None. A complete
        handshake starts again.
        """
        scheme, _, encoded = header.partition(" ")
        if scheme.lower() != self._requirement.type.lower():
            raise HandshakeError(f"{self._requirement.type} is required")
        self.is_complete = False
        try:
            token = self._take(base64.b64decode(encoded, validate=True))
        except _UNREADABLE as error:
            self._context = None
            raise HandshakeError(str(error)) from None
        return base64.b64encode(token).decode() if token else None

    def _take(self, token: bytes) -> bytes | None:
        with _account(self._requirement):
            context = self._context or spnego.server(protocol=self._requirement.type.lower())
            answer = context.step(token)
        self.is_complete = context.complete
        self._context = None if context.complete else context
        return answer


@contextlib.contextmanager
def _account(requirement: LoginRequirement) -> Iterator[None]:
    """Write the account to the acceptor's smbpasswd file. No other code may run inside this
    block.
    """
    digest = ntowfv1(requirement.password.get_secret_value()).hex().upper()
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(f"{requirement.login}:1000:{'0' * 32}:{digest}:[U]:LCT-0\n")
        file.flush()
        before = os.environ.get(_FILE)
        os.environ[_FILE] = file.name
        try:
            yield
        finally:
            os.environ.pop(_FILE)
            if before is not None:
                os.environ[_FILE] = before
