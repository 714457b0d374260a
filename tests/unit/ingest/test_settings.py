from __future__ import annotations

import pytest

from common.settings import load
from ingest.settings import Settings


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_SECRETS", '{"demo": "made-up"}')


def test_a_source_has_the_time_zone_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_TIME_ZONES", '{"demo": "Europe/Brussels"}')

    assert str(load(Settings).zones["demo"]) == "Europe/Brussels"


@pytest.mark.parametrize(
    ("zones", "sentence"),
    [
        ('{"demo": "Europe/Brussel"}', "Europe/Brussel is no time zone such as Europe/Brussels"),
        ('{"other": "Europe/Brussels"}', "there is no source other in INGEST_SECRETS"),
        ('{"demo": ""}', " is no time zone such as Europe/Brussels"),
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
        ("INGEST_SECRETS", '{"a/b": "made-up"}', "a source is a part of an address"),
        ("INGEST_SECRETS", f'{{"{"a" * 121}": "made-up"}}', "a source is a part of an address"),
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
