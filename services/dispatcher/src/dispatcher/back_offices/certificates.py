"""Notes when the certificates of back offices end, as each connection shows them: no call of its
own, nothing per message.
"""

from __future__ import annotations

import functools
import ssl

from dispatcher.metrics import CERTIFICATE_ENDS


class Noting(ssl.SSLObject):
    """One TLS connection; its certificate has been verified once the handshake is over."""

    def do_handshake(self) -> None:
        """Shake hands, and note when the certificate ends."""
        super().do_handshake()
        shown = self.getpeercert() or {}
        if self.server_hostname and "notAfter" in shown:
            CERTIFICATE_ENDS.labels(self.server_hostname).set(
                ssl.cert_time_to_seconds(str(shown["notAfter"]))
            )


def trusting(ca_certificate: str | None) -> ssl.SSLContext:
    """Return what verifies certificates: by the machine's authorities, or by this one alone."""
    return (
        _noting(ssl.create_default_context(cadata=ca_certificate))
        if ca_certificate
        else _trusting_the_machine()
    )


@functools.cache
def _trusting_the_machine() -> ssl.SSLContext:
    """Read the machine's authorities once: that takes a while."""
    return _noting(ssl.create_default_context())


def _noting(context: ssl.SSLContext) -> ssl.SSLContext:
    context.sslobject_class = Noting
    return context
