from __future__ import annotations

import io
import json
import sys
from collections.abc import AsyncIterator

import pytest

from mboc_client.output import text

ESCAPES = "a\x1b[2J\x1b]0;title\x07b\x9b31mc\rd\x00\u202ee"


def test_no_control_character_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text.write_document({"subject": ESCAPES})
    text.write_sentence(ESCAPES)
    text.write_notice(ESCAPES)

    out, err = capsys.readouterr()
    assert all(character.isprintable() or character == "\n" for character in out + err)
    assert "a\\u001b[2J" in out


def test_lines_of_json_still_hold_every_character(capsys: pytest.CaptureFixture[str]) -> None:
    text.write_line({"subject": ESCAPES})

    assert json.loads(capsys.readouterr().out) == {"subject": ESCAPES}


@pytest.mark.parametrize("is_terminal", [True, False])
async def test_a_file_is_written_as_it_is_but_to_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_terminal: bool,
) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(out, "isatty", lambda: is_terminal, raising=False)
    whole = "é\x1b[2J\n".encode()

    async def chunks() -> AsyncIterator[bytes]:
        yield whole[:1]
        yield whole[1:]

    await text.write_file(chunks())

    assert raw.getvalue() == ("é\\u001b[2J\n".encode() if is_terminal else whole)


def test_an_output_that_lacks_a_character_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252", write_through=True))

    text.prepare_streams()
    text.write_sentence("圧縮機 \ud83d")

    assert raw.getvalue().startswith(b"\\u5727")
