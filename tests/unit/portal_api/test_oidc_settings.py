"""The settings of sign-in with OpenID Connect, and the texts of its refusals."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from common.settings import load
from portal_api.accounts.roles import Role
from portal_api.auth.oidc.account_claims import claim_at
from portal_api.auth.oidc.refusals import OidcRefusal
from portal_api.settings import Settings

ROOT = Path(__file__).parents[3]
TEXTS = ROOT / "services" / "portal-web" / "src" / "texts" / "en" / "openIdConnect.ts"
GOOD = {
    "SECRET_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
    "PORTAL_API_OIDC_ISSUER": "https://login.cronus.example/tenant/v2.0",
    "PORTAL_API_OIDC_CLIENT_ID": "mboc",
    "PORTAL_API_OIDC_REDIRECT_URI": "https://portal.cronus.example/api/session/oidc/callback",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_the_settings_become_values(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("PORTAL_API_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("PORTAL_API_OIDC_ROLES", '{"IT": "admin"}')
    monkeypatch.setenv("PORTAL_API_LOCAL_ACCOUNTS", "false")

    auth = Settings().auth

    assert auth.oidc is not None
    assert (auth.oidc.client_secret, auth.oidc.roles, auth.has_local_accounts) == (
        "s3cret",
        {"IT": Role.ADMIN},
        False,
    )
    assert auth.oidc.name_claims == ("preferred_username", "email", "sub")
    assert "s3cret" not in repr(auth)


def test_without_an_issuer_there_is_no_openid_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_API_OIDC_ISSUER", "")

    assert Settings().auth.oidc is None


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:9", "http://localhost:9/a", "http://[::1]:9", "https://a.example/"]
)
def test_an_issuer_has_tls_or_is_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    monkeypatch.setenv("PORTAL_API_OIDC_ISSUER", issuer)

    assert Settings().oidc_issuer == issuer


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"OIDC_ISSUER": "http://login.cronus.example"}, "OIDC_ISSUER .* https"),
        ({"OIDC_ISSUER": "http://localhost.cronus.example"}, "OIDC_ISSUER .* https"),
        ({"OIDC_ISSUER": "https://a:b@login.cronus.example"}, "OIDC_ISSUER .* https"),
        ({"OIDC_ISSUER": "https://login.cronus.example/?a=b"}, "OIDC_ISSUER .* https"),
        ({"OIDC_ISSUER": "login.cronus.example"}, "OIDC_ISSUER .* https"),
        ({"OIDC_ISSUER": "https://["}, "OIDC_ISSUER .* https"),
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID .* set it"),
        ({"OIDC_REDIRECT_URI": ""}, "OIDC_REDIRECT_URI .* set it"),
        ({"OIDC_REDIRECT_URI": "https://portal.cronus.example/"}, "OIDC_REDIRECT_URI .* must end"),
        (
            {"OIDC_REDIRECT_URI": "http://portal.cronus.example/api/session/oidc/callback"},
            "OIDC_REDIRECT_URI .* https",
        ),
        ({"OIDC_SCOPES": "profile"}, "OIDC_SCOPES .* openid"),
        ({"OIDC_ROLES": '{"IT": "root"}'}, "OIDC_ROLES"),
        ({"OIDC_ROLES": "{}"}, "OIDC_ROLES"),
        ({"OIDC_HOME": "//evil.example"}, "OIDC_HOME .* page of the website"),
        ({"OIDC_HOME": "/api/docs"}, "OIDC_HOME .* page of the website"),
        ({"OIDC_CA_FILE": "/nowhere.pem"}, "OIDC_CA_FILE .* PEM"),
        ({"OIDC_LABEL": "x" * 41}, "OIDC_LABEL"),
        (
            {"OIDC_ISSUER": "", "LOCAL_ACCOUNTS": "false"},
            "LOCAL_ACCOUNTS .* set PORTAL",
        ),
    ],
    ids=str,
)
def test_an_invalid_setting_is_named_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    said: str,
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"PORTAL_API_{name}", value)

    with pytest.raises(SystemExit):
        load(Settings)

    assert re.search(f"PORTAL_API_{said}", capsys.readouterr().err)


def test_every_refusal_has_a_text() -> None:
    texts = TEXTS.read_text()

    assert [reason for reason in OidcRefusal if f"\n    {_key(reason)}:" not in texts] == []


def _key(reason: str) -> str:
    return f"'{reason}'" if "-" in reason else reason


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("roles", ["a"]),
        ("realm_access.roles", ["b"]),
        ("https://cronus.example/roles", ["c"]),
        ("realm_access.roles.deeper", None),
        ("missing", None),
        ("missing.roles", None),
    ],
)
def test_a_claim_is_found_by_name_or_path(path: str, found: object) -> None:
    claims = {
        "roles": ["a"],
        "realm_access": {"roles": ["b"]},
        "https://cronus.example/roles": ["c"],
    }

    assert claim_at(claims, path) == found
