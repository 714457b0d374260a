"""A stored secret never goes to an address that was entered after it. A second real server records
that no credential arrives there.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest

from common.database import open_database
from tests.support.builders import a_snapshot
from tests.support.raw_server import RawServer, raw_server
from tests.support.system import System, until

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
PASSWORD, HEADER, SIGNING = "Orig-Pa55word!", "hdr-secret-value", "whsec_bWFkZS11cA=="
CLIENT_SECRET, QUERY = "Cl1ent-S3cret", "sig=made%2Dup+signature"
BASIC = {"type": "Basic", "login": "svc"}
LOGIN = {
    "authentication": BASIC,
    "password": PASSWORD,
    "signing_secret": SIGNING,
    "headers": {"X-Api-Token": HEADER},
}
FIELDS = ("name", "source_app", "system", "api_type", "uri", "authentication", "ca_certificate")
LOGIN_SECRETS = ["headers", "password", "signing_secret", "uri_query"]


@pytest.fixture
async def other() -> AsyncIterator[RawServer]:
    """Another server, which must get no credential."""
    async with raw_server(OK) as server:
        yield server


async def login_connector(system: System, app: str) -> str:
    """Create a webhook with every secret that goes to its URI."""
    uri = f"{system.back_office(app)}?{QUERY}"
    return await system.connector(name=app, source_app=app, uri=uri, **LOGIN)


async def client_connector(system: System, app: str) -> str:
    """Create a webhook with an OAuth2 client."""
    client = {
        "type": "OAuth2 (secret in body)",
        "client_id": "app",
        "token_url": f"{system.back_office(app)}/oauth2/v2.0/token",
    }
    secret = {"authentication": client, "client_secret": CLIENT_SECRET}
    return await system.connector(name=app, source_app=app, uri=system.back_office(app), **secret)


async def entered(system: System, connector_id: str) -> dict[str, Any]:
    """Return the fields of a connector as a client would send them again."""
    _, found = await system.api("GET", f"/connectors/{connector_id}")
    return {name: found[name] for name in (*FIELDS, "version")}


async def put(system: System, connector_id: str, **fields: Any) -> tuple[int, Any]:
    known = await entered(system, connector_id)
    return await system.api("PUT", f"/connectors/{connector_id}", json=known | fields)


def refused(answer: Any) -> list[str]:
    """Return the fields of a problem document, each of them with the sentence that helps."""
    assert all("enter it again, because" in error["message"] for error in answer["errors"]), answer
    return sorted(error["field"] for error in answer["errors"])


async def nothing_arrives(system: System, app: str, connector_id: str, other: RawServer) -> str:
    """Deliver and test, and return the message of the delivery."""
    transaction = await system.change("create", a_snapshot(source_app=app))
    delivery = await system.delivery(transaction)
    await system.api("POST", f"/connectors/{connector_id}/test")
    assert other.requests == []
    return str(delivery["message"])


@pytest.mark.parametrize("change", ["uri", "https to http", "ca_certificate", "scheme"])
async def test_a_put_to_another_destination_asks_for_every_secret(
    system: System, app: str, other: RawServer, change: str
) -> None:
    connector_id = await login_connector(system, app)
    if change == "https to http":
        await put(system, connector_id, uri=f"https://127.0.0.1:{other.port}/?q=1", **LOGIN)
    before = await entered(system, connector_id)
    changes: dict[str, dict[str, Any]] = {
        "uri": {"uri": other.url},
        "https to http": {"uri": other.url},
        "ca_certificate": {"ca_certificate": system_authority()},
        "scheme": {"authentication": {"type": "NTLM", "login": "svc"}},
    }

    status, answer = await put(system, connector_id, **changes[change])

    assert status == 422
    assert refused(answer) == (["password"] if change == "scheme" else LOGIN_SECRETS)
    assert await entered(system, connector_id) == before
    assert other.requests == []


def system_authority() -> str:
    """Return a certificate of an authority in PEM."""
    [found, *_] = ssl.create_default_context().get_ca_certs(binary_form=True)
    return ssl.DER_cert_to_PEM_cert(found)


@pytest.mark.parametrize("field", ["uri", "token_url", "tenant_id"])
async def test_a_client_secret_is_bound_to_both_of_its_servers(
    system: System, app: str, other: RawServer, field: str
) -> None:
    connector_id = await client_connector(system, app)
    said = (await entered(system, connector_id))["authentication"]
    if field == "tenant_id":
        said = {"type": "Microsoft Entra ID", "client_id": "app", "tenant_id": "cronus"}
        secret = {"client_secret": CLIENT_SECRET}
        assert (await put(system, connector_id, authentication=said, **secret))[0] == 200
    changed = {
        "uri": {"uri": other.url},
        "token_url": {"authentication": said | {"token_url": f"{other.url}token"}},
        "tenant_id": {"authentication": said | {"tenant_id": "another"}},
    }[field]

    status, answer = await put(system, connector_id, **changed)

    assert (status, refused(answer)) == (422, ["client_secret"])
    assert other.requests == []


@pytest.mark.parametrize("kind", ["json", "csv"])
@pytest.mark.parametrize("dry_run", ["true", "false"])
async def test_an_import_to_another_address_names_the_secrets_of_its_row(
    system: System, app: str, other: RawServer, kind: str, dry_run: str
) -> None:
    connector_id = await login_connector(system, app)
    before = await entered(system, connector_id)
    row = {"name": app, "source_app": app, "system": "Webhook", "uri": other.url}
    csv = (
        "Name;Source App;Type;WebServiceAddress;AuthType;Login\n"
        f"{app};{app};Webhook;{other.url};BasicAuth;svc\n"
    )
    text = json.dumps([row | {"authentication": BASIC}]) if kind == "json" else csv
    types = {"json": "application/json", "csv": "text/csv"}

    status, answer = await system.api(
        "POST",
        "/connectors/import",
        params={"dry_run": dry_run},
        data=text.encode(),
        headers={"Content-Type": types[kind]},
    )

    assert (status, answer["done"]) == (200, False)
    [found] = answer["rows"]
    assert (found["result"], refused(found)) == ("wrong", LOGIN_SECRETS)
    assert await entered(system, connector_id) == before
    assert other.requests == []


async def test_an_older_version_is_entered_with_its_secrets_alone(
    system: System, app: str, other: RawServer
) -> None:
    connector_id = await login_connector(system, app)
    older = await entered(system, connector_id)
    status, _ = await put(system, connector_id, uri=f"{other.url}?x=1", **LOGIN)
    assert status == 200

    status, answer = await put(system, connector_id, uri=older["uri"])

    assert (status, refused(answer)) == (422, LOGIN_SECRETS)


async def test_secrets_that_are_entered_again_or_removed_let_the_address_change(
    system: System, app: str, other: RawServer
) -> None:
    connector_id = await login_connector(system, app)
    removed = {"uri_query": "", "headers": {}, "signing_secret": ""}

    status, after = await put(
        system, connector_id, uri=other.url, password="another one", **removed
    )

    assert (status, after["secrets"]) == (200, ["password"])


async def test_a_harmless_change_asks_for_nothing_and_delivers_with_the_query(
    system: System, app: str
) -> None:
    connector_id = await login_connector(system, app)
    uri = system.back_office(app).replace("http://", "HTTP://")

    status, _ = await put(system, connector_id, uri=uri, description="harmless")
    assert status == 200
    for step in ("disable", "enable"):
        await system.switch(connector_id, step)
    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert delivery["status"] == "Success"
    _, after = await system.api("GET", f"/connectors/{connector_id}")
    assert (after["uri"], after["secrets"]) == (uri, LOGIN_SECRETS)


@pytest.mark.parametrize("change", ["uri", "token_url", "tenant_id", "ca_certificate", "type"])
@pytest.mark.parametrize("version", [0, 1])
async def test_a_connector_that_was_changed_in_mongodb_makes_no_call(
    system: System, app: str, other: RawServer, change: str, version: int
) -> None:
    is_client = change in {"token_url", "tenant_id"}
    create = client_connector if is_client else login_connector
    connector_id = await create(system, app)
    values: dict[str, dict[str, Any]] = {
        "uri": {"uri": other.url},
        "token_url": {"uri": other.url, "authentication.token_url": f"{other.url}token"},
        "tenant_id": {"authentication.token_url": None, "authentication.tenant_id": "another"},
        "ca_certificate": {"ca_certificate": system_authority()},
        "type": {"authentication.type": "NTLM"},
    }
    await written(system, connector_id, values[change], version)

    message = await nothing_arrives(system, app, connector_id, other)

    assert "[DSCFG006]" in message
    assert "enter it again" in message
    assert (await system.simulated("GET", app))["stored"] == 0


async def written(system: System, connector_id: str, values: dict[str, Any], version: int) -> None:
    """Change a stored connector as a user of MongoDB could, and wait until dispatcher uses it."""
    database = open_database(system.mongodb_url, system.database)
    found = await database["connectors"].find_one_and_update(
        {"_id": connector_id}, {"$set": values, "$inc": {"version": version}}, return_document=True
    )
    database.client.close()
    await system.until_used(found)
    await system.hook(f"{found['source_app']}-refreshed")  # dispatcher reads all connectors again


async def test_an_address_with_credentials_in_mongodb_is_neither_called_nor_shown(
    system: System, app: str, other: RawServer
) -> None:
    connector_id = await system.hook(app)
    address = f"http://svc:TopSecretPw@127.0.0.1:{other.port}/x?sig=SUPERSECRET"
    await written(system, connector_id, {"uri": address}, 1)

    message = await nothing_arrives(system, app, connector_id, other)

    assert "enter them as login and password" in message
    for path in (f"/connectors/{connector_id}", "/connectors", "/deliveries", "/audit"):
        text = json.dumps((await system.api("GET", path))[1])
        assert "TopSecretPw" not in text
        assert "SUPERSECRET" not in text


async def test_the_query_of_an_address_is_shown_nowhere(system: System, app: str) -> None:
    secret = "SUPERSECRETSIGNATURE123"
    uri = f"{system.back_office(app)}?sv=1&sig={secret}"
    await system.simulated("PUT", app, "/faults", json={"status": 400, "times": 1})
    connector_id = await system.connector(name=app, source_app=app, uri=uri)
    await put(system, connector_id, uri=f"{uri}-2")
    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))
    _, tested = await system.api("POST", f"/connectors/{connector_id}/test")

    paths = [
        f"/connectors/{connector_id}",
        f"/connectors/{connector_id}/versions",
        f"/deliveries/{delivery['delivery_id']}",
        f"/timelines/{delivery['appointment']['key']}",
        "/deliveries",
        "/audit?limit=200",
        "/logs",
        "/causes",
    ]
    shown = [json.dumps(tested)]
    shown += [json.dumps((await system.api("GET", path))[1]) for path in paths]
    shown += [await system.metrics("dispatcher"), await system.metrics("portal-api")]
    database = open_database(system.mongodb_url, system.database)
    for name in ("connectors", "connector_versions", "audit", "deliveries", "attempts"):
        shown += [str(document) async for document in database[name].find()]
    database.client.close()
    assert [text for text in shown if secret in text] == []
    _, found = await system.api("GET", f"/connectors/{connector_id}")
    assert (found["uri"], found["secrets"]) == (system.back_office(app), ["uri_query"])


async def test_a_webhook_is_called_with_its_query(
    system: System, app: str, other: RawServer
) -> None:
    await system.connector(source_app=app, uri=f"{other.url}a%2Fb?{QUERY}")

    await system.change("create", a_snapshot(source_app=app))

    async def called() -> bool:
        return bool(other.requests)

    await until(called, "the webhook to be called")
    assert other.requests[0].split(b" ")[1] == f"/a%2Fb?{QUERY}".encode()
