"""Descriptions come from docstrings, so the line breaks of docstrings are removed."""

from __future__ import annotations

from portal_api.api import unwrapped


def test_wrapped_lines_are_joined_and_paragraphs_tables_and_lists_stay() -> None:
    text = "Say how\nit stands.\n\n| a | b |\n|---|---|\n\n- one\n- two"

    assert unwrapped({"x": [{"description": text}]}) == {
        "x": [{"description": text.replace("how\nit", "how it")}]
    }


def test_other_texts_are_not_changed() -> None:
    part = {"description": {"example": "one\ntwo"}, "required": ["a"]}

    assert unwrapped(part) == part
