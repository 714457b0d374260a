"""No secret of a connector is visible in a text of its back office, in any spelling."""

from __future__ import annotations

import base64
import html
import json
import random
import re
import string
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest

from dispatcher.back_offices.masking import Masker, secrets_in_query

LENGTH = 500
ALPHABET = string.printable[:95] + "%%&&<<\"\"''\\\\++  //==äéßñ€漢字😀ΑΣ\u00a0"
SEEDS = range(15)


def b64(text: str, encoding: str = "utf-8", before: bytes = b"") -> str:
    return base64.b64encode(before + text.encode(encoding)).decode()


def json_text(text: str) -> str:
    return json.dumps(text)[1:-1]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": lambda s: "".join(c.upper() if c.isascii() else c for c in s),
    "base64": b64,
    "base64 of login:password": lambda s: b64(f"svc:{s}"),
    "base64, one byte before": lambda s: b64(s, before=b"x"),
    "base64, two bytes before": lambda s: b64(s, before=b"xy"),
    "base64 with text around": lambda s: b64(f"user=svc&password={s}&x=1"),
    "base64 for addresses": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "base64 in lines": lambda s: base64.encodebytes((s * 4).encode()).decode(),
    "base64 of UTF-16": lambda s: b64(s, "utf-16-le"),
    "base64 of an OAuth2 client": lambda s: b64(f"app:{quote_plus(s)}"),
    "hex": lambda s: s.encode().hex(),
    "hex in upper case": lambda s: s.encode().hex().upper(),
    "quote": quote,
    "quote with /": lambda s: quote(s, ""),
    "quote_plus": quote_plus,
    "percent in lower case": lambda s: re.sub("%..", lambda m: m[0].lower(), quote(s, "")),
    "percent of every byte": lambda s: "".join(f"%{byte:02x}" for byte in s.encode()),
    "percent twice": lambda s: quote(quote(s, ""), ""),
    "JSON": json_text,
    "JSON without escapes of Unicode": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "JSON, every character": lambda s: "".join(
        f"\\u{int.from_bytes(pair):04x}"
        for pair in re.findall(b"..", s.encode("utf-16-be"), re.DOTALL)
    ),
    "JSON in JSON": lambda s: json_text(json_text(s)),
    "JSON of .NET": lambda s: re.sub(
        r"""["&'+<>]""", lambda m: f"\\u{ord(m[0]):04X}", s.replace("\\", "\\\\")
    ),
    "JSON with slashes": lambda s: json_text(s).replace("/", "\\/"),
    "XML": escape,
    "XML attribute": lambda s: quoteattr(s)[1:-1],
    "HTML": html.escape,
    "decimal entities": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "hexadecimal entities": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "decimal entities with zeros": lambda s: "".join(f"&#{ord(c):07};" for c in s),
    "XML twice": lambda s: escape(escape(s)),
    "JSON in XML": lambda s: escape(json_text(s)),
    "XML in JSON": lambda s: json_text(escape(s)),
    "an address in JSON in XML": lambda s: escape(json_text(quote_plus(s))),
    "base64 in JSON": lambda s: json_text(b64(s)),
    "base64 in an address": lambda s: quote(b64(s), ""),
    "collapsed blanks": lambda s: " ".join(s.split()),
    "no blanks": lambda s: "".join(s.split()),
    "in lines": lambda s: f"{s[: len(s) // 2]}\n  {s[len(s) // 2 :]}",
}


def a_secret(seed: int, length: int | None = None) -> str:
    """Return a random secret whose spellings differ from each other."""
    random_of = random.Random(seed)
    size = length or random_of.choice([4, 5, 6, 8, 12, 20, 40, 80])
    text = "".join(random_of.choice(ALPHABET) for _ in range(size))
    return text if len(re.sub(r"[\s+]", "", text)) >= 4 else f"{text}Zq7x"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_not_visible_in_any_spelling(spelling: str) -> None:
    for seed in SEEDS:
        secret = a_secret(seed)
        spelled = SPELLINGS[spelling](secret)

        for text in (spelled, f"Wrong: «{spelled}» was given.", f"{'x y ' * 20}({spelled})"):
            shown = Masker([secret]).quote(text, LENGTH)

            assert "***" in shown, (secret, text)
            assert " ".join(spelled.split()) not in shown, (secret, text)
            assert not any(part in shown for part in parts_of(spelled)), (secret, text, shown)


def parts_of(spelled: str) -> list[str]:
    """Return the halves of a spelling, where they are long enough to be no other words."""
    words = " ".join(spelled.split())
    half = len(words) // 2
    return [words[:half], words[half:]] if half >= 8 else []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_across_the_end_of_the_shown_text_is_not_visible(spelling: str) -> None:
    for seed in SEEDS:
        secret = a_secret(seed, 40)
        spelled = SPELLINGS[spelling](secret)
        before = "Refused. " * 54

        shown = Masker([secret]).quote(f"{before}{spelled} and more {'y ' * 900}", LENGTH)

        assert shown.startswith(f"{before[:400]}")
        assert shown[len(before) :].strip("…").startswith("***"), (secret, shown)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic c3ZjOkJDLVA0c3Mgd29yZCsx",
        "authorization=bearer%20abcdefgh.ijklmnop",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        "the token eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln is invalid",
        "NTLM TlRMTVNTUAADAAAAGAAYAHoAAAAYABgAkg",
        "Negotiate YIIFegYGKwYBBQUCoIIFbjCC",
        'Digest username="svc", realm="x", nonce="abc", response="0123456789abcdef"',
        '{"access_token": "opaque-token-1", "x": 1}',
        "grant_type=client_credentials&client_secret=opaque-1&scope=x",
        "webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ],
)
def test_credentials_that_this_connector_does_not_have_are_masked_as_well(text: str) -> None:
    shown = Masker().quote(text, LENGTH)

    assert "***" in shown
    for word in re.findall(r"[A-Za-z0-9+/._-]{12,}", text):
        assert word not in shown or word in {
            "Authorization",
            "webhook-signature",
            "client_credentials",
            "access_token",
            "client_secret",
            "authorization",
        }


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is required.",
        "The customer No. 10000 does not exist.",
        'BadRequest_NotFound The company "CRONUS" does not exist. 100 %, <none> & more',
        "Bearer authorization failed: use basic credentials.",
        "Field 'Start_Date' must be \\u00e9 or 20%25",
    ],
)
def test_other_texts_are_shown_as_they_are(text: str) -> None:
    assert Masker(["Tr0ub4dor&3", "made-up-client-secret"]).quote(text, LENGTH) == text


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("a", "a is wrong, and an apple is not", "*** is wrong, and an apple is not"),
        ("abc", "the password abc, not abcd", "the password ***, not abcd"),
        ("  ", "two  blanks", "two blanks"),
        ("", "nothing", "nothing"),
        ("a + b", "the password a + b", "the password ***"),
    ],
)
def test_a_short_secret_is_masked_where_it_stands_alone(secret: str, text: str, shown: str) -> None:
    assert Masker([secret]).quote(text, LENGTH) == shown


def test_a_long_token_is_masked_to_its_end() -> None:
    token = base64.urlsafe_b64encode(random.Random(1).randbytes(3000)).decode().rstrip("=")
    masker = Masker()
    masker.hide(token)

    assert masker.quote(f"token {token} expired", 10_000) == "token *** expired"
    assert masker.quote(f"token {token[:900]}", 10_000) == "token ***"


def test_a_long_text_is_cut_off_and_shown_in_one_line_without_control_characters() -> None:
    shown = Masker().quote("a\r\n\x1b[31mb\x00\u202ec " + "x " * 600, LENGTH)

    assert shown.startswith("a [31mb c x x")
    assert len(shown) == LENGTH + 1


def test_the_secrets_of_an_address_are_the_long_values_of_its_query() -> None:
    query = "company=CRONUS-International&sig=S1gn%2Bature&v=1&$top=123456"

    assert secrets_in_query(query) == {"S1gn%2Bature", "S1gn+ature"}
    assert secrets_in_query("") == set()


WORST = {
    "percent": "%41",
    "percent of percent": "%25",
    "entities": "&amp;",
    "escapes": "\\u005c",
    "base64": "QUJD",
    "letters": "a",
    "blanks": " a",
    "schemes": "basic ",
    "digest": "digest a=b,",
    "tokens": "eyJ",
    "quotes": 'digest a="',
    "mixed": "%5c&amp;\\u0026",
}


@pytest.mark.parametrize("unit", WORST)
def test_the_cost_does_not_grow_with_the_length_of_the_text(unit: str) -> None:
    masker = Masker([a_secret(seed, 40) for seed in range(6)] + ["a" * 80, "QUJD" * 20])
    masker.quote("warm up", LENGTH)
    text = WORST[unit] * (256 * 1024 // len(WORST[unit]))

    began = time.thread_time()
    masker.quote(text, LENGTH)

    assert time.thread_time() - began < 0.25
