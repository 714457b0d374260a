"""The answers of token endpoints and the challenges of Windows servers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

from dispatcher.back_offices.authentication.handshake import NTLM, WindowsLogin, perform_handshake
from dispatcher.back_offices.authentication.oauth2 import OAuth2Authentication
from dispatcher.back_offices.authentication.token_cache import OAuth2Client, TokenCache
from dispatcher.back_offices.calls import HttpCall, HttpResponse
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.errors import DeliveryError
from fuzz.inputs.answers import answers, as_response
from fuzz.inputs.changes import changed
from fuzz.inputs.json_texts import json_objects, json_texts
from fuzz.parser import Parser, one_of

if TYPE_CHECKING:
    from random import Random

CLIENT = OAuth2Client("http://127.0.0.1:9/token", "app", "s3cret", "scope", in_header=False)
_MEMBERS = ("access_token", "token_type", "expires_in", "error", "error_description")
_TEXTS = ("Bearer", "bearer", "MAC", "a" * 40, "3600", "invalid_client", "AADSTS7000215: no")
_TOKENS = [
    b'{"token_type":"Bearer","expires_in":3599,"access_token":"eyJhbGciOiJub25lIn0.e30."}',
    b'{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret."}',
]
_CALL = HttpCall("POST", "http://127.0.0.1:9/x", {}, b"{}")
_CHALLENGES = [
    bytes.fromhex(
        "4e544c4d53535000020000000c000c003800000035828962"
        "0123456789abcdef0000000000000000240024004400000006036017"
        "0000000f530065007200760065007200"
        "02000c0053004500520056004500520001000c00530045005200560045005200"
        "0700080000000000000000000000000000000000"
    ),
    b"NTLMSSP\x00\x02\x00\x00\x00" + bytes(44),
]


def authentication_parsers() -> list[Parser]:
    """Return the parsers of token answers and NTLM challenges."""
    token = one_of((changed(_TOKENS), json_objects(_MEMBERS, _TEXTS), json_texts(_MEMBERS, _TEXTS)))
    challenge = changed(_CHALLENGES, (b"NTLMSSP\x00", b"\xff\xff\xff\xff", b"\x02\x00\x00\x00"))
    return [
        Parser("token answer", _token, answers(token), (DeliveryError,)),
        Parser("NTLM challenge", _handshake, _offers(challenge)),
    ]


async def _token(raw: bytes) -> None:
    async def issue(_: HttpCall) -> HttpResponse:
        return as_response(raw)

    async def call(made: HttpCall, _: Any = None) -> HttpResponse:
        assert made.headers["Authorization"].isascii()
        return HttpResponse(200, {}, b"", is_whole=True)

    faults = FaultTranslator("webhook", "x", ["s3cret"])
    translators = (faults, faults.of_token_endpoint("127.0.0.1:9"))
    transport: Any = issue
    authentication = OAuth2Authentication(TokenCache(), CLIENT, transport, translators, 30.0)
    back_office: Any = call
    await authentication.call(back_office, _CALL)


async def _handshake(raw: bytes) -> None:
    async def call(_: HttpCall, __: Any = None) -> HttpResponse:
        header = raw.decode("utf-8", "surrogateescape")
        return HttpResponse(401, CIMultiDict({"WWW-Authenticate": header}), b"", is_whole=True)

    transport: Any = call
    session: Any = None
    login = WindowsLogin("CRONUS\\DIME", "made-up-password")
    response = await perform_handshake(transport, _CALL, session, login, NTLM)
    assert response is None or response.status == 401


def _offers(challenge: Any) -> Any:
    def generate(random: Random) -> bytes:
        word = random.choice((b"NTLM ", b"NTLM ", b"NTLM ", b"ntlm  ", b"Negotiate ", b""))
        raw = challenge(random)[:3_000]
        return word + (base64.b64encode(raw) if random.random() < 0.9 else raw)

    return generate
