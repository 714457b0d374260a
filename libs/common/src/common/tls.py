"""TLS to RabbitMQ and MongoDB: the authority that signed their certificates, and the sentence for a
certificate that is not accepted (OWASP ASVS 4.0.3, 9.2.1 and 9.2.2).
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from pathlib import Path

UNCHECKED = frozenset(
    {
        "no_verify_ssl",
        "verify",
        "tlsinsecure",
        "tlsallowinvalidcertificates",
        "tlsallowinvalidhostnames",
        "ssl_cert_reqs",
    }
)
"""Options of addresses that would accept the certificate of any server."""
_FAILED = "certificate verify failed"


def check_authorities(file: Path) -> Path:
    """Check that the file has certificates of authorities. Raises ValueError."""
    try:
        context = ssl.create_default_context(cafile=str(file))
    except ssl.SSLError as error:
        raise ValueError(f"{file} has no certificate in PEM format") from error
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
    if not context.get_ca_certs():
        raise ValueError(f"{file} has no certificate of an authority")
    return file


def with_authorities(url: str, options: dict[str, str]) -> str:
    """Return the address with these options, which name the file of the authorities."""
    parts = urlsplit(url)
    given = [pair for pair in parse_qsl(parts.query) if pair[0] not in options]
    return urlunsplit(
        parts._replace(path=parts.path or "/", query=urlencode([*given, *options.items()]))
    )


def refuse_unchecked(url: str) -> None:
    """Raise ValueError if the address switches the check of the server's certificate off."""
    for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name.lower() in UNCHECKED:
            raise ValueError(f"remove {name}, because the server's certificate is always checked")


def certificate_problem(error: BaseException | None) -> str | None:
    """Return a sentence if the server's certificate was not accepted, else None."""
    while error is not None:
        reason = (
            error.verify_message
            if isinstance(error, ssl.SSLCertVerificationError)
            else str(error).partition(f"{_FAILED}: ")[2].partition(" (_ssl")[0]
        )
        if reason:
            return f"its certificate is not accepted: {reason.rstrip('.')}"
        error = error.__cause__ or error.__context__
    return None
