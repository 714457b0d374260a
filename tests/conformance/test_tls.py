"""TLS is verified; an authority of one's own is trusted by the connector that names it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dispatcher.back_offices.access import Tools
from dispatcher.back_offices.table import build
from dispatcher.connection_test.steps import try_connector
from dispatcher.errors import MisconfiguredError
from tests.support.builders import a_connector, a_delivery
from tests.support.system import free_port

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CRONUS made-up authority")])


def certificate(directory: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    builder = x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
    named = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    made = named.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = directory / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(plain)
    return file


@pytest.fixture
async def https(tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The address of a webhook behind TLS, and the authority that signed its certificate."""
    file = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, tmp_path / "key.pem")

    async def received(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.route("*", "/", received)])
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    yield f"https://127.0.0.1:{port}/", file.read_text()
    await runner.cleanup()


async def test_a_certificate_of_a_stranger_is_not_trusted(tools: Tools, https: tuple[str, str]) -> None:
    connector = a_connector(uri=https[0])

    with pytest.raises(MisconfiguredError, match="certificate"):
        await build(connector, tools).send(a_delivery())

    tested = await try_connector(connector, tools)
    assert [(step.name, step.passed) for step in tested.steps] == [("address", True), ("TLS", False)]


async def test_the_connectors_own_authority_is(tools: Tools, https: tuple[str, str]) -> None:
    connector = a_connector(uri=https[0], ca_certificate=https[1])

    assert await build(connector, tools).send(a_delivery()) == 200

    assert (await try_connector(connector, tools)).passed
