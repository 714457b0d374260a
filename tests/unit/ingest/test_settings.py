from __future__ import annotations

import pytest

from common.settings import load
from ingest.settings import Settings


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_SECRETS", '{"demo": "made-up-secret-of-a-test-0f9d3b71"}')


def test_a_source_has_the_time_zone_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_TIME_ZONES", '{"demo": "Europe/Brussels"}')

    assert str(load(Settings).zones["demo"]) == "Europe/Brussels"


@pytest.mark.parametrize(
    ("zones", "sentence"),
    [
        (
            '{"demo": "Europe/Brussel"}',
            "Europe/Brussel is not an IANA time zone like Europe/Brussels",
        ),
        ('{"other": "Europe/Brussels"}', "INGEST_SECRETS has no source other"),
        ('{"demo": ""}', " is not an IANA time zone like Europe/Brussels"),
    ],
)
def test_an_unknown_zone_or_source_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], zones: str, sentence: str
) -> None:
    monkeypatch.setenv("INGEST_TIME_ZONES", zones)

    with pytest.raises(SystemExit):
        load(Settings)

    assert capsys.readouterr().err == (
        f"Cannot start: the setting INGEST_TIME_ZONES is not valid: {sentence}.\n"
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("INGEST_BODY_LIMIT", str(8 * 1024 * 1024 + 1), "less than or equal to 8388608"),
        ("INGEST_SECRETS", '{"a/b": "made-up"}', "a source is part of a URL"),
        ("INGEST_SECRETS", '{"demo": "short"}', "the secret of the source demo has fewer than 32"),
        ("INGEST_SECRETS", '{"demo": "short"}', "Make one with: openssl rand -hex 32"),
        ("INGEST_SECRETS", f'{{"demo": "{"a" * 40}"}}', "repeats few characters"),
        (
            "INGEST_SECRETS",
            '{"demo": "please-change-me-before-the-first-start"}',
            "is a placeholder",
        ),
        ("INGEST_SECRETS", f'{{"{"a" * 121}": "made-up"}}', "a source is part of a URL"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    sentence: str,
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit):
        load(Settings)

    printed = capsys.readouterr().err
    assert name in printed
    assert sentence in printed
    assert "please-change-me" not in printed
