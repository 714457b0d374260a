"""The provider's metadata and keys, read over HTTP, and Entra ID's issuers."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from common.sealing import KeyRing
from portal_api.accounts.oidc_config import OidcConfig
from portal_api.accounts.roles import Role
from portal_api.auth.oidc.account_claims import role_of
from portal_api.auth.oidc.id_token import ExpectedToken, UnknownKeyError, verified_claims
from portal_api.auth.oidc.pending import Purpose, new_pending, seal, unseal
from portal_api.auth.oidc.provider import Provider
from portal_api.auth.oidc.refusals import OidcRefusal, SignInRefusedError
from tests.support.forging_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    ForgingProvider,
    a_key,
    forging_provider,
)
from tests.support.https_webhook import https_webhook
from tests.support.oidc_browser import OidcBrowser, start_portal
from tests.support.system import API_KEY, System

KEY_RING = KeyRing({"k1": bytes(32)})
TENANT, OTHER_TENANT = (
    "aaaabbbb-0000-cccc-1111-dddd2222eeee",
    "0000aaaa-11bb-cccc-dd22-eeeeee333333",
)
PUBLISHED = {
    "aud": CLIENT_ID,
    "name": "Adele Vance",
    "oid": "00000000-0000-0000-66f3-3332eca7ea81",
    "preferred_username": "adelev@cronus.onmicrosoft.com",
    "rh": "0.AAAA",
    "roles": ["Portal.Operator"],
    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "uti": "made-up",
    "ver": "2.0",
}
"""The claims of an ID token of Entra ID, as its reference of ID token claims documents them."""


@pytest.fixture
async def running() -> AsyncIterator[ForgingProvider]:
    async with forging_provider() as provider:
        yield provider


def a_config(issuer: str, **fields: Any) -> OidcConfig:
    given: dict[str, Any] = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": "http://127.0.0.1/api/session/oidc/callback",
        "key_ring": KEY_RING,
    }
    return OidcConfig(**given | fields)


async def refusal_of(provider: Provider) -> OidcRefusal:
    with pytest.raises(SignInRefusedError) as refused:
        await provider.metadata()
    return refused.value.refusal


def claims_now(**claims: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iat": now, "nbf": now, "exp": now + 3600, "nonce": "the nonce"} | PUBLISHED | claims


async def verified(running: ForgingProvider, config: OidcConfig, claims: Any) -> dict[str, Any]:
    provider = Provider(config)
    metadata = await provider.metadata()
    keys = await provider.keys.read(metadata.jwks_uri)
    expected = ExpectedToken(metadata.issuer, "the nonce", "the access token")
    return verified_claims(running.sign(claims), keys, expected, config)


@pytest.mark.parametrize(
    ("metadata", "refusal"),
    [
        ({"issuer": "https://evil.example"}, OidcRefusal.ISSUER),
        ({"issuer": "{tenantid}"}, OidcRefusal.ISSUER),
        ({"issuer": "https://evil.example/{tenantid}"}, OidcRefusal.ISSUER),
        ({"token_endpoint": None}, OidcRefusal.PROVIDER),
        ({"token_endpoint": "http://cronus.example/token"}, OidcRefusal.PROVIDER),
        ({"authorization_endpoint": "javascript:alert(1)"}, OidcRefusal.PROVIDER),
        ({"jwks_uri": "file:///etc/passwd"}, OidcRefusal.PROVIDER),
    ],
    ids=str,
)
async def test_wrong_metadata_is_refused(
    running: ForgingProvider, metadata: dict[str, Any], refusal: OidcRefusal
) -> None:
    running.metadata = metadata

    for tenants in ((), (TENANT,)):
        config = a_config(running.issuer, tenants=tenants)
        assert await refusal_of(Provider(config)) is refusal


async def test_the_issuer_is_compared_to_the_letter(running: ForgingProvider) -> None:
    assert await refusal_of(Provider(a_config(f"{running.issuer}/"))) is OidcRefusal.ISSUER


async def test_metadata_is_read_once_also_after_a_failure(running: ForgingProvider) -> None:
    provider, broken = Provider(a_config(running.issuer)), Provider(a_config(running.issuer + "/x"))
    running.path = "/y"

    for _ in range(3):
        assert await refusal_of(broken) is OidcRefusal.ISSUER
    running.path = ""
    for _ in range(3):
        await provider.metadata()

    assert running.calls["openid-configuration"] == 2


async def test_a_new_key_is_read_at_once_and_unknown_keys_cause_one_read(
    running: ForgingProvider,
) -> None:
    provider = Provider(a_config(running.issuer))
    metadata = await provider.metadata()
    await provider.keys.read(metadata.jwks_uri)
    running.key = a_key()

    for _ in range(5):
        keys = await provider.keys.read_again(metadata.jwks_uri)

    assert [key.kid for key in keys] == [running.key.kid]
    assert running.calls["keys"] == 2


@pytest.mark.filterwarnings("ignore:Key size should be")
async def test_keys_that_must_not_sign_are_left_out(running: ForgingProvider) -> None:
    weak = RSAKey.generate_key(1024, {"kid": "weak"})
    encrypting = RSAKey.generate_key(2048, {"kid": "encrypting", "use": "enc"})
    running.published = [
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
        {"kty": "unknown"},
        {"kty": "RSA", "kid": "broken", "n": 5, "e": "!"},
        "no key",
        weak.as_dict(private=False),
        encrypting.as_dict(private=False),
    ]
    provider = Provider(a_config(running.issuer))

    keys = await provider.keys.read((await provider.metadata()).jwks_uri)

    assert [key.kid for key in keys] == [running.key.kid]


@pytest.mark.parametrize("answer", [{"keys": []}, {"keys": 5}, {}, {"keys": [{}] * 101}])
async def test_a_key_set_without_a_usable_key_is_refused(
    running: ForgingProvider, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Provider(a_config(running.issuer))

    async def get(_: str) -> dict[str, Any]:
        return answer

    monkeypatch.setattr(provider.keys._calls, "get", get)
    with pytest.raises(SignInRefusedError):
        await provider.keys.read("x")


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("key", "alg"),
    [
        *((RSAKey.generate_key(2048, {"kid": "r"}), alg) for alg in ("RS256", "RS512", "PS256")),
        (ECKey.generate_key("P-256", {"kid": "e"}), "ES256"),
        (ECKey.generate_key("P-384", {"kid": "e"}), "ES384"),
        (OKPKey.generate_key("Ed25519", {"kid": "o"}), "EdDSA"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_asymmetric_algorithms_are_accepted(
    running: ForgingProvider, key: Any, alg: str
) -> None:
    running.published = [key.as_dict(private=False)]
    config = a_config(running.issuer)
    provider = Provider(config)
    keys = await provider.keys.read((await provider.metadata()).jwks_uri)
    token = running.sign(claims_now(iss=running.issuer), key, alg=alg)

    claims = verified_claims(
        token, keys, ExpectedToken(running.issuer, "the nonce", "the access token"), config
    )

    assert claims["sub"] == PUBLISHED["sub"]


async def test_a_token_of_an_unknown_key_asks_for_the_keys_again(running: ForgingProvider) -> None:
    config = a_config(running.issuer)
    provider = Provider(config)
    keys = await provider.keys.read((await provider.metadata()).jwks_uri)
    token = running.sign(claims_now(iss=running.issuer), a_key())

    with pytest.raises(UnknownKeyError):
        verified_claims(token, keys, ExpectedToken(running.issuer, "the nonce", ""), config)


async def test_a_token_of_entra_id_has_the_issuer_of_its_tenant(running: ForgingProvider) -> None:
    running.path = f"/{TENANT}/v2.0"
    config = a_config(running.issuer, roles={"Portal.Operator": Role.OPERATOR})

    claims = await verified(running, config, claims_now(iss=running.issuer, tid=TENANT))

    assert role_of(claims, config) is Role.OPERATOR
    with pytest.raises(SignInRefusedError) as refused:
        await verified(
            running, config, claims_now(iss=f"{running.base}/{OTHER_TENANT}/v2.0", tid=OTHER_TENANT)
        )
    assert refused.value.refusal is OidcRefusal.ISSUER


@pytest.mark.parametrize(
    ("issuer_tenant", "tid", "is_right"),
    [
        (TENANT, TENANT, True),
        (OTHER_TENANT, OTHER_TENANT, False),
        (TENANT, OTHER_TENANT, False),
        (OTHER_TENANT, TENANT, False),
        (TENANT, None, False),
        ("{tenantid}", TENANT, False),
        ("organizations", TENANT, False),
    ],
)
async def test_of_several_tenants_those_of_the_settings_sign_in(
    running: ForgingProvider, issuer_tenant: str, tid: str | None, *, is_right: bool
) -> None:
    running.path = "/organizations/v2.0"
    running.template = f"{running.base}/{{tenantid}}/v2.0"
    config = a_config(running.issuer, tenants=frozenset({TENANT}))
    claims = claims_now(iss=f"{running.base}/{issuer_tenant}/v2.0", tid=tid)

    if is_right:
        assert (await verified(running, config, claims))["tid"] == TENANT
    else:
        with pytest.raises(SignInRefusedError) as refused:
            await verified(running, config, claims)
        assert refused.value.refusal is OidcRefusal.ISSUER


async def test_metadata_for_several_tenants_needs_the_tenants(running: ForgingProvider) -> None:
    running.path = "/organizations/v2.0"
    running.template = f"{running.base}/{{tenantid}}/v2.0"

    assert await refusal_of(Provider(a_config(running.issuer))) is OidcRefusal.ISSUER
    with_tenants = a_config(running.issuer + "/other", tenants=frozenset({TENANT}))
    assert await refusal_of(Provider(with_tenants)) is OidcRefusal.ISSUER


async def test_the_ca_file_alone_is_trusted(tmp_path: Path) -> None:
    async with https_webhook(tmp_path) as server:
        issuer = server.url.rstrip("/")
        trusting = tmp_path / "authority.pem"
        trusting.write_text(server.authority)
        details = []
        for ca_file in (None, trusting):
            with pytest.raises(SignInRefusedError) as refused:
                await Provider(a_config(issuer, ca_file=ca_file)).metadata()
            details.append(str(refused.value))

    assert "ClientConnectorCertificateError" in details[0]
    assert "answered no JSON" in details[1], "the server has no metadata, but TLS works"


def test_a_sealed_sign_in_opens_for_ten_minutes_and_unchanged_only() -> None:
    pending = new_pending(Purpose.SIGN_IN, "/errors", None)
    sealed = seal(pending, KEY_RING)
    expired = pending.model_copy(update={"started_at": time.time() - 601})
    future = pending.model_copy(update={"started_at": time.time() + 60})
    other_use = KEY_RING.seal(pending.model_dump_json(), "c1|password")
    foreign = base64.urlsafe_b64encode(other_use.encode()).decode()

    assert unseal(sealed, KEY_RING) == pending
    assert pending.nonce not in base64.urlsafe_b64decode(sealed + "==").decode()
    for cookie in (
        seal(expired, KEY_RING),
        seal(future, KEY_RING),
        seal(pending, KeyRing({"k1": bytes([1] * 32)})),
        sealed[:-4],
        sealed[:40] + "AAAA" + sealed[44:],
        foreign,
        "\u00e9",
        "!",
        "",
    ):
        assert unseal(cookie, KEY_RING) is None, cookie


async def test_without_local_accounts_a_password_signs_nobody_in(system: System) -> None:
    name = "portal-api-oidc-alone"
    await start_portal(system, name, "http://127.0.0.1:9", PORTAL_API_LOCAL_ACCOUNTS="false")
    browser = OidcBrowser(system, name)

    options = await browser.get("/sign-in-options")
    start = await browser.get("/session/oidc", {"return_to": "/errors"})
    local = await browser.send("POST", "/session", json={"name": "a", "password": "b"})
    key = await browser.send("GET", "/session", {"X-API-KEY": API_KEY})
    await system.stop(name)

    assert options.body == {"local_accounts": False, "oidc": {"label": "CRONUS"}}
    assert (start.status, start.refused) == (303, "unavailable")
    assert (local.status, local.body["detail"]) == (
        403,
        "Local accounts are off (PORTAL_API_LOCAL_ACCOUNTS): sign in with OpenID Connect",
    )
    assert key.status == 200
