"""TLS contexts for calls to back offices. They record when each server's certificate ends.

The record costs no call of its own: every new connection shows the certificate.
"""

from __future__ import annotations

import functools
import ssl

from dispatcher.metrics import CERTIFICATE_ENDS


class CertificateExpiryRecorder(ssl.SSLObject):
    """One TLS connection. Its certificate is verified by the end of the handshake."""

    def do_handshake(self) -> None:
        """Do the handshake, and record when the certificate ends."""
        super().do_handshake()
        shown = self.getpeercert() or {}
        if self.server_hostname and "notAfter" in shown:
            CERTIFICATE_ENDS.labels(self.server_hostname).set(
                ssl.cert_time_to_seconds(str(shown["notAfter"]))
            )


def ssl_context_for(ca_certificate: str | None) -> ssl.SSLContext:
    """Return a TLS context that trusts the given authority alone, or the machine's authorities."""
    return (
        _recording_expiry(ssl.create_default_context(cadata=ca_certificate))
        if ca_certificate
        else _system_ssl_context()
    )


@functools.cache
def _system_ssl_context() -> ssl.SSLContext:
    """Return the context of the machine's authorities, which are read once because that is slow."""
    return _recording_expiry(ssl.create_default_context())


def _recording_expiry(context: ssl.SSLContext) -> ssl.SSLContext:
    context.sslobject_class = CertificateExpiryRecorder
    return context
