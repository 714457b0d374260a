from __future__ import annotations

import base64
import re

import pytest

from common.settings import load
from portal_api.settings import Settings

GOOD = {"SECRET_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_no_admin_and_no_key_is_the_default() -> None:
    settings = Settings()

    assert (
        settings.first_admin,
        settings.first_admin_password,
        settings.auth.key,
        settings.auth.is_secure,
    ) == (None, None, "", True)


def test_empty_settings_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORTAL_API_KEY", "PORTAL_API_FIRST_ADMIN", "PORTAL_API_FIRST_ADMIN_PASSWORD"):
        monkeypatch.setenv(name, "")

    assert Settings().first_admin_password is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PORTAL_API_FIRST_ADMIN": "admin"}, "PORTAL_API_FIRST_ADMIN_PASSWORD .* set a password"),
        (
            {"PORTAL_API_FIRST_ADMIN": "admin", "PORTAL_API_FIRST_ADMIN_PASSWORD": "short"},
            "PORTAL_API_FIRST_ADMIN_PASSWORD .* 12 to 128",
        ),
        (
            {
                "PORTAL_API_FIRST_ADMIN": "a b",
                "PORTAL_API_FIRST_ADMIN_PASSWORD": "three made-up words",
            },
            "PORTAL_API_FIRST_ADMIN .* must begin",
        ),
        ({"PORTAL_API_TRUSTED_PROXIES": '["nowhere"]'}, "PORTAL_API_TRUSTED_PROXIES"),
        ({"PORTAL_API_LOCK_S": "0"}, "PORTAL_API_LOCK_S"),
    ],
)
def test_an_invalid_setting_is_named_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    said: str,
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit):
        load(Settings)

    printed = capsys.readouterr().err
    assert re.search(said, printed)
    assert "short" not in printed


@pytest.mark.parametrize("key", ["a", "k" * 40, "change-me-before-the-first-start-please"])
def test_a_weak_key_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    monkeypatch.setenv("PORTAL_API_KEY", key)

    with pytest.raises(SystemExit):
        load(Settings)

    printed = capsys.readouterr().err
    assert "the setting PORTAL_API_KEY is not valid: it " in printed
    assert "Make one with: openssl rand -hex 32" in printed
    assert len(key) == 1 or key not in printed


def test_no_check_of_a_setting_replaces_an_inherited_check() -> None:
    checks = Settings.__pydantic_decorators__.field_validators
    definitions = [name for kind in Settings.__mro__ for name in vars(kind) if name in checks]

    assert sorted(definitions) == sorted(checks)
