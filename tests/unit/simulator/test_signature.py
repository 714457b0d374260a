"""Signatures by the Standard Webhooks specification, on the receiver's side."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from simulator.back_offices.signature import is_genuine, secret_key
from simulator.errors import InvalidFieldError

KEY = bytes(range(24))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
NOW_S = 1_784_642_589
BODY = '{"Subject":"№7 🔧"}'.encode()


def signed(body: bytes = BODY, at_s: int = NOW_S, key: bytes = KEY) -> dict[str, str]:
    mac = hmac.new(key, b"d1." + str(at_s).encode() + b"." + body, hashlib.sha256).digest()
    return {
        "webhook-id": "d1",
        "webhook-timestamp": str(at_s),
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def test_the_specifications_own_example_is_genuine() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }

    assert is_genuine(
        secret_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        headers,
        b'{"test": 2432232314}',
        1_614_265_330,
    )


def test_a_good_signature_is_genuine_among_others() -> None:
    headers = signed()
    headers["webhook-signature"] = (
        f"v1a,abc v1,!! {signed(key=b'other')['webhook-signature']} {headers['webhook-signature']}"
    )

    assert is_genuine(secret_key(SECRET), headers, BODY, NOW_S)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_not_genuine(name: str) -> None:
    headers = signed()
    del headers[name]

    assert not is_genuine(KEY, headers, BODY, NOW_S)


@pytest.mark.parametrize(
    "headers",
    [
        signed(body=b"{}"),
        signed(key=b"other"),
        signed() | {"webhook-id": "d2"},
        signed() | {"webhook-timestamp": "soon"},
    ],
)
def test_what_was_tampered_with_is_not_genuine(headers: dict[str, str]) -> None:
    assert not is_genuine(KEY, headers, BODY, NOW_S)


@pytest.mark.parametrize("late_s", [-301, 301])
def test_a_stale_timestamp_is_not_genuine(late_s: int) -> None:
    assert not is_genuine(KEY, signed(at_s=NOW_S - late_s), BODY, NOW_S)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", base64.b64encode(KEY).decode()])
def test_a_secret_that_is_none_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(InvalidFieldError) as refused:
        secret_key(secret)

    assert refused.value.errors == [
        {"field": "secret", "message": "must be whsec_ and then the key in base64"}
    ]
