"""A secret is bound to the server that gets it. Each field of a connector is a part of the
destination or is not, and a new field has to be classified here.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from common.contracts.connector import SECRETS, Authentication, Connector, Limits
from common.destinations import destination_of, digest_of
from tests.support.builders import a_connector

BASIC = {"type": "Basic", "login": "DIME"}
CLIENT = {
    "type": "OAuth2 (secret in body)",
    "client_id": "app",
    "token_url": "https://login.example/token",
}
TENANT = {"type": "Microsoft Entra ID", "client_id": "app", "tenant_id": "cronus"}
HERE = "https://bc.example/BC"
DESTINATION = {
    "uri": "https://other.example/BC",
    "ca_certificate": "another authority",
    "system": "NAV",
    "authentication.type": "None",
    "authentication.login": "basic=DIME",
    "authentication.tenant_id": "another",
    "authentication.token_url": "https://other.example/token",
}
"""Fields that decide where a secret goes, each with a value that sends it elsewhere."""
ELSEWHERE = {
    "connector_id": "c2",
    "version": 7,
    "name": "Other",
    "description": "Other",
    "source_app": "OTHER",
    "source_type": "OTHER",
    "enabled": False,
    "api_type": "SOAP",
    "actions": (),
    "authentication.client_id": "other",
    "authentication.scope": "other",
    "time_zone": "Europe/Brussels",
    "mapping": {"name": "x"},
    "header_names": ("X-Other",),
    "limits.calls_in_flight": 3,
    "limits.calls_per_second": 3.0,
    "limits.connect_timeout_s": 3.0,
    "limits.total_timeout_s": 3.0,
    "limits.partitions": 3,
    "most_partitions": 3,
    "applied": {"preset": "SOAP Read"},
    "sends_missing_create": False,
    "newest_only": True,
    "recognises_delivery_id": True,
    "missing_after_s": 3.0,
    "secrets": {"password": "sealed"},
    "modified_at": "2026-07-22T00:00:00Z",
    "modified_by": "ANNE",
    "secrets_entered": {"password": 3},
}
"""Fields that decide nothing about destinations, each with another value."""
PARTS: dict[str, type[BaseModel]] = {"authentication": Authentication, "limits": Limits}


def fields_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Return the names of all fields, also those of the parts."""
    names = {f"{prefix}{name}" for name in model.model_fields if name not in PARTS}
    inner = (fields_of(part, f"{name}.") for name, part in PARTS.items() if not prefix)
    return names.union(*inner)


def changed(connector: Connector, field: str, value: object) -> Connector:
    """Return the connector with another value of one field."""
    document: dict[str, Any] = connector.model_dump(mode="json")
    part, _, name = field.rpartition(".")
    (document[part] if part else document)[name] = value
    return Connector.model_validate(document)


def destinations(connector: Connector) -> dict[str, object]:
    return {secret: destination_of(connector, secret) for secret in SECRETS}


STARTS = [
    a_connector(uri=HERE, authentication=authentication)
    for authentication in (BASIC, CLIENT, TENANT, {"type": "NTLM", "login": "DIME"})
]


def test_each_field_of_a_connector_is_classified() -> None:
    assert fields_of(Connector) == {*DESTINATION, *ELSEWHERE}
    assert not {*DESTINATION} & {*ELSEWHERE}


@pytest.mark.parametrize(("field", "value"), DESTINATION.items())
def test_a_field_of_the_destination_changes_it(field: str, value: object) -> None:
    assert any(
        destinations(changed(start, field, value)) != destinations(start) for start in STARTS
    )


@pytest.mark.parametrize(("field", "value"), ELSEWHERE.items())
def test_another_field_leaves_every_destination_as_it_is(field: str, value: object) -> None:
    for start in STARTS:
        assert destinations(changed(start, field, value)) == destinations(start)


def test_each_secret_has_a_destination() -> None:
    found = {secret for start in STARTS for secret, parts in destinations(start).items() if parts}

    assert found == {*SECRETS}


@pytest.mark.parametrize("field", ["uri", "authentication.token_url"])
def test_a_client_secret_is_bound_to_the_token_endpoint_and_to_the_uri(field: str) -> None:
    start = a_connector(uri=HERE, authentication=CLIENT)

    after = changed(start, field, "https://other.example/token")

    assert destination_of(after, "client_secret") != destination_of(start, "client_secret")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HERE, "HTTPS://BC.Example:443/other/path"),
        (HERE, "https://bc.example./BC?company=x"),
        ("http://bücher.example/", "http://xn--bcher-kva.example:80/x"),
        ("https://[2001:DB8::1]:7047/x", "https://[2001:db8::1]:7047/"),
    ],
)
def test_another_spelling_of_the_same_origin_is_the_same_destination(
    before: str, after: str
) -> None:
    one, other = (a_connector(uri=uri, authentication=BASIC) for uri in (before, after))

    assert destination_of(one, "password") == destination_of(other, "password")


@pytest.mark.parametrize(
    "uri",
    [
        "http://bc.example/BC",
        "https://bc.example:444/BC",
        "https://bc.example.evil.example/BC",
        "https://evil.example/https://bc.example/BC",
        "https://evil.example\\@bc.example/BC",
        "https://bc.example\\.evil.example/",
        "https://bc.example@evil.example/",
        "https://evil.example?@bc.example/BC",
        "https://strasse.example/",
    ],
)
def test_another_server_is_another_destination(uri: str) -> None:
    here = a_connector(
        uri="https://straße.example/" if "strasse" in uri else HERE, authentication=BASIC
    )
    there = a_connector(uri=uri, authentication=BASIC)

    assert destination_of(here, "password") != destination_of(there, "password")


def test_an_entra_id_tenant_is_the_same_by_id_and_by_token_url() -> None:
    by_url = {"token_url": "https://LOGIN.microsoftonline.com/CRONUS/oauth2/token"}
    one = a_connector(uri=HERE, authentication=TENANT)
    same, other = (
        a_connector(uri=HERE, authentication=TENANT | {"token_url": url})
        for url in (by_url["token_url"], "https://login.microsoftonline.com/other/oauth2/token")
    )

    assert destination_of(one, "client_secret") == destination_of(same, "client_secret")
    assert destination_of(one, "client_secret") != destination_of(other, "client_secret")


def test_blanks_in_a_certificate_make_no_difference() -> None:
    one, same, other = (
        digest_of(destination_of(a_connector(ca_certificate=text), "headers"))
        for text in ("A\nB\n", " A\r\nB", "A\nC")
    )

    assert one == same
    assert one != other


def test_a_password_that_becomes_readable_goes_another_way() -> None:
    ntlm = a_connector(uri=HERE, authentication={"type": "NTLM", "login": "DIME"})

    assert destination_of(changed(ntlm, "authentication.type", "Windows"), "password") == (
        destination_of(ntlm, "password")
    )
    for field, value in {
        "authentication.type": "Basic",
        "authentication.login": "basic=DIME",
    }.items():
        assert destination_of(changed(ntlm, field, value), "password") != (
            destination_of(ntlm, "password")
        )


def test_a_connector_without_uri_uses_no_secret() -> None:
    connector = a_connector(uri=None, authentication=BASIC)

    assert set(destinations(connector).values()) == {None}
