"""Descriptions come from docstrings: where those are wrapped, nobody who reads
the API is to see.
"""

from __future__ import annotations

from portal_api.api import unwrapped


def test_wrapped_lines_are_joined_and_paragraphs_tables_and_lists_stay() -> None:
    text = "Say how\nit stands.\n\n| a | b |\n|---|---|\n\n- one\n- two"

    assert unwrapped({"x": [{"description": text}]}) == {
        "x": [{"description": text.replace("how\nit", "how it")}]
    }


def test_what_is_no_description_stays_as_it_is() -> None:
    part = {"description": {"example": "one\ntwo"}, "required": ["a"]}

    assert unwrapped(part) == part
