"""The beginning of a failed answer is kept as text, without secrets in any spelling."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from common.contracts.receipt import MAX_ANSWER_BYTES, Answer
from dispatcher.back_offices.calls import HttpResponse
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.back_offices.parsing import run_by_size
from tests.support.event_loop import measured_hold

SECRET = 'Tr0ub4dor & "3"\\<é>'
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda s: base64.b64encode(f"svc:{s}".encode()).decode(),
    "hexadecimal": lambda s: s.encode().hex(),
    "percent": quote,
    "JSON": lambda s: json.dumps(s)[1:-1],
    "entities": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "broken lines": "\n".join,
    "zeros": "\x00".join,
}


def answer_of(
    body: bytes, content_type: str | None = "text/plain", *, is_whole: bool = True
) -> Answer:
    headers = {"Content-Type": content_type} if content_type is not None else {}
    response = HttpResponse(400, headers, body, is_whole)
    kept: Answer = FaultTranslator("webhook", "Hook", [SECRET]).status_error(response).answer.mask()
    return kept


def test_a_short_answer_is_kept_as_it_is() -> None:
    body = '{"error": {\r\n\t"code": "é"}}\n'

    assert answer_of(body.encode(), "application/json") == Answer(
        http_status=400, content_type="application/json", body=body, is_whole=True
    )


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("before", [0, MAX_ANSWER_BYTES - 30, MAX_ANSWER_BYTES - 3])
def test_a_secret_is_masked_in_every_spelling_and_at_the_end_of_the_kept_part(
    spelling: str, before: int
) -> None:
    echo = SPELLINGS[spelling](SECRET)

    kept = answer_of(f"{'. ' * (before // 2)} {echo} ".encode() + b"." * 100)

    assert "***" in kept.body
    assert not any(echo[at : at + 12].replace("\x00", "") in kept.body for at in range(8))
    assert len(kept.body.encode()) <= MAX_ANSWER_BYTES


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", None),
        ("utf-8-sig", "text/xml"),
        ("utf-16", "text/xml"),
        ("utf-16-le", "text/xml; charset=utf-16le"),
        ("utf-16-be", "text/xml"),
        ("utf-16-le", "text/xml"),
        ("latin-1", 'text/xml; charset="ISO-8859-1"'),
        ("cp1252", "text/xml;charset=windows-1252"),
    ],
)
def test_the_encoding_of_the_answer_is_understood(encoding: str, content_type: str | None) -> None:
    text = f"<fault>Nö: {SECRET}</fault>"

    kept = answer_of(text.encode(encoding), content_type)

    assert kept.body == "<fault>Nö: ***</fault>"
    assert kept.is_whole


@pytest.mark.parametrize("charset", ["utf-7", "cp037", "idna", "zip", "nonsense", "unicode_escape"])
def test_a_text_in_an_unknown_encoding_is_not_kept(charset: str) -> None:
    kept = answer_of(SECRET.encode(), f"text/plain; charset={charset}")

    assert (kept.body, kept.is_whole) == ("", False)


@pytest.mark.parametrize(
    ("body", "is_whole", "length"),
    [
        (b"", True, 0),
        (b"x" * MAX_ANSWER_BYTES, True, MAX_ANSWER_BYTES),
        (b"x" * (MAX_ANSWER_BYTES + 1), False, MAX_ANSWER_BYTES),
        (b"x" * 256 * 1024, False, MAX_ANSWER_BYTES),
    ],
)
def test_a_longer_answer_is_cut_off(body: bytes, length: int, *, is_whole: bool) -> None:
    kept = answer_of(body)

    assert (kept.is_whole, len(kept.body.encode())) == (is_whole, length)


def test_characters_are_not_cut_in_two() -> None:
    kept = answer_of(("x" + "é" * MAX_ANSWER_BYTES).encode())

    assert kept.body == "x" + "é" * ((MAX_ANSWER_BYTES - 1) // 2)
    assert not kept.is_whole


def test_a_part_of_an_answer_says_so() -> None:
    assert not answer_of(b"cut", is_whole=False).is_whole


def test_control_characters_and_directions_are_left_out() -> None:
    assert answer_of("a\x1b[31m\u202eb\x07\tc".encode()).body == "a[31mb\tc"


def test_the_content_type_is_short_and_without_secrets() -> None:
    kept = answer_of(b"", f"text/{SECRET}; {'x' * 500}")

    assert (kept.content_type or "").startswith("text/***; xxx")
    assert len(kept.content_type or "") <= 200


def test_the_answer_of_a_token_endpoint_is_not_kept() -> None:
    translator = FaultTranslator("webhook", "Hook", [SECRET]).of_token_endpoint("login.example")

    assert translator.status_error(HttpResponse(400, {}, b"secret", is_whole=True)).answer is None


async def test_the_worst_answer_does_not_hold_the_event_loop() -> None:
    body = b"%5Cu0061&amp;%26#97;\\u0025\\u0036\\u0031" * 2_000
    translator = FaultTranslator("webhook", "Hook", [SECRET, *(f"s3cret-{n}" for n in range(10))])
    found = translator.status_error(HttpResponse(400, {}, body, is_whole=True)).answer

    async with measured_hold() as hold:
        await run_by_size(found.work_size, found.mask)

    assert hold.longest_s < 0.1
