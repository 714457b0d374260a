"""Notes when the certificates of back offices end, as each connection shows them: no call of its
own, nothing per message.
"""

from __future__ import annotations

import functools
import ssl

from dispatcher.metrics import CERTIFICATE_ENDS


class CertificateExpiryRecorder(ssl.SSLObject):
    """One TLS connection; its certificate has been verified once the handshake is over."""

    def do_handshake(self) -> None:
        """Shake hands, and note when the certificate ends."""
        super().do_handshake()
        shown = self.getpeercert() or {}
        if self.server_hostname and "notAfter" in shown:
            CERTIFICATE_ENDS.labels(self.server_hostname).set(
                ssl.cert_time_to_seconds(str(shown["notAfter"]))
            )


def ssl_context_for(ca_certificate: str | None) -> ssl.SSLContext:
    """Return what verifies certificates: by the machine's authorities, or by this one alone."""
    return (
        _recording_expiry(ssl.create_default_context(cadata=ca_certificate))
        if ca_certificate
        else _system_ssl_context()
    )


@functools.cache
def _system_ssl_context() -> ssl.SSLContext:
    """Read the machine's authorities once: that takes a while."""
    return _recording_expiry(ssl.create_default_context())


def _recording_expiry(context: ssl.SSLContext) -> ssl.SSLContext:
    context.sslobject_class = CertificateExpiryRecorder
    return context
