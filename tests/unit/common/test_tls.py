"""The settings of TLS to RabbitMQ and MongoDB."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.settings import DatabaseSettings, ServiceSettings, load
from tests.support.service_users import Secrets


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(Secrets(tmp_path_factory.mktemp("made")).file("ca.pem"))


def test_the_authority_becomes_part_of_both_addresses(
    monkeypatch: pytest.MonkeyPatch, authority: str
) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqps://ingest:pass@rabbitmq:5671/%2Fmboc")
    monkeypatch.setenv("RABBITMQ_CA_FILE", authority)
    monkeypatch.setenv("MONGODB_URL", "mongodb://a:b@one:27017,two:27018/?replicaSet=rs0")
    monkeypatch.setenv("MONGODB_CA_FILE", authority)

    rabbitmq = load(ServiceSettings).rabbitmq_url.get_secret_value()
    mongodb = load(DatabaseSettings).mongodb_url.get_secret_value()

    quoted = authority.replace("/", "%2F")
    assert rabbitmq == f"amqps://ingest:pass@rabbitmq:5671/%2Fmboc?cafile={quoted}"
    assert mongodb == (
        f"mongodb://a:b@one:27017,two:27018/?replicaSet=rs0&tls=true&tlsCAFile={quoted}"
    )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"RABBITMQ_CA_FILE": "/nowhere/ca.pem"}, "/nowhere/ca.pem cannot be read: No such file"),
        ({"RABBITMQ_CA_FILE": __file__}, "has no certificate in PEM format"),
        (
            {"RABBITMQ_CA_FILE": "", "RABBITMQ_URL": "amqps://a:secret@b/?no_verify_ssl=1"},
            "remove no_verify_ssl",
        ),
        ({"MONGODB_CA_FILE": "/nowhere/ca.pem"}, "/nowhere/ca.pem cannot be read: No such file"),
        (
            {"MONGODB_URL": "mongodb://a:secret@b/?tls=true&tlsInsecure=true"},
            "remove tlsInsecure",
        ),
        (
            {"MONGODB_URL": "mongodb://a:secret@b/?tlsAllowInvalidHostnames=true"},
            "remove tlsAllowInvalidHostnames",
        ),
    ],
)
def test_a_bad_setting_is_named_without_its_secret(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    sentence: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = DatabaseSettings if any("MONGODB" in name for name in variables) else ServiceSettings

    with pytest.raises(SystemExit):
        load(settings)

    printed = capsys.readouterr().err
    assert sentence in printed
    assert "secret" not in printed


def test_an_authority_without_tls_in_the_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], authority: str
) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqp://ingest:secret@rabbitmq:5672/")
    monkeypatch.setenv("RABBITMQ_CA_FILE", authority)

    with pytest.raises(SystemExit):
        load(ServiceSettings)

    assert "RABBITMQ_URL is not valid: it must begin with amqps://" in capsys.readouterr().err


def test_a_key_alone_is_no_authority(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], authority: str
) -> None:
    monkeypatch.setenv("MONGODB_CA_FILE", str(Path(authority).with_name("ca-key")))

    with pytest.raises(SystemExit):
        load(DatabaseSettings)

    assert "has no certificate" in capsys.readouterr().err
