"""A webhook behind TLS, with a self-signed certificate."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local_stack.servers.ports import random_free_port

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CRONUS made-up authority")])


class HttpsWebhook(NamedTuple):
    """The webhook's address, the authority of its certificate, and its expiry."""

    url: str
    authority: str
    ends_at: datetime


@contextlib.asynccontextmanager
async def https_webhook(
    directory: Path, lasts: timedelta = timedelta(days=1)
) -> AsyncIterator[HttpsWebhook]:
    """Run the webhook inside this block. It accepts every request."""
    ends_at = (datetime.now(UTC) + lasts).replace(microsecond=0)
    file = _certificate(directory, ends_at)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, directory / "key.pem")

    async def received(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.route("*", "/", received)])
    runner, port = web.AppRunner(app), random_free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    yield HttpsWebhook(f"https://127.0.0.1:{port}/", file.read_text(), ends_at)
    await runner.cleanup()


def _certificate(directory: Path, ends_at: datetime) -> Path:
    """Write a self-signed certificate for 127.0.0.1 and its key."""
    key, began_at = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(
        NAME, NAME, key.public_key(), x509.random_serial_number(), began_at, ends_at
    )
    named = builder.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    )
    made = named.add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    ).sign(key, hashes.SHA256())
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = directory / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(plain)
    return file
