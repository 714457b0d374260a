from __future__ import annotations

from pathlib import Path

import pytest

from common.settings import load
from ingest.settings import Settings
from retry.settings import Settings as RetrySettings

FIRST, SECOND = "made-up-secret-of-a-test-0f9d3b71", "another-secret-of-a-test-5c82e6a4"


@pytest.fixture(autouse=True)
def _only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RABBITMQ_URL", "INGEST_SECRETS"):
        monkeypatch.delenv(name, raising=False)


def test_a_secret_is_read_from_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "RABBITMQ_URL_FILE", a_file(tmp_path / "url", "amqp://ingest:made-up@rabbitmq/\n")
    )
    monkeypatch.setenv(
        "INGEST_SECRETS_FILE",
        a_file(tmp_path / "secrets", f'{{"dime": "{FIRST}"}}'),
    )

    settings = load(Settings)

    assert settings.rabbitmq_url.get_secret_value() == "amqp://ingest:made-up@rabbitmq/"
    assert settings.secrets["dime"].get_secret_value() == FIRST


def test_the_variable_itself_goes_before_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INGEST_SECRETS", f'{{"demo": "{FIRST}"}}')
    monkeypatch.setenv(
        "INGEST_SECRETS_FILE",
        a_file(tmp_path / "secrets", '{"demo": "another-secret-of-a-test-5c82e6a4"}'),
    )

    assert load(Settings).secrets["demo"].get_secret_value() == FIRST


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INGEST_SECRETS", f'{{"demo": "{FIRST}"}}')
    monkeypatch.setenv("RABBITMQ_URL_FILE", str(tmp_path / "url"))

    with pytest.raises(SystemExit) as ended:
        load(Settings)

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        f"Cannot start: RABBITMQ_URL_FILE names {tmp_path / 'url'}, which cannot be read: No "
        "such file or directory.\n"
    )


def test_a_file_whose_content_is_bad_does_not_show_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INGEST_SECRETS_FILE", a_file(tmp_path / "secrets", "made-up-and-no-json"))

    with pytest.raises(SystemExit):
        load(Settings)

    assert (
        capsys.readouterr().err
        == "Cannot start: the setting INGEST_SECRETS is not valid: it must be JSON.\n"
    )


@pytest.mark.parametrize(
    ("setting", "schemes"),
    [("RABBITMQ_URL", "amqp:// or amqps://"), ("MONGODB_URL", "mongodb:// or mongodb+srv://")],
)
def test_an_address_of_another_kind_is_refused(
    setting: str, schemes: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(setting, "http://made-up-password@server")

    with pytest.raises(SystemExit):
        load(RetrySettings)

    assert (
        capsys.readouterr().err
        == f"Cannot start: the setting {setting} is not valid: it must begin with {schemes}.\n"
    )


def a_file(path: Path, content: str) -> str:
    path.write_text(content)
    return str(path)
