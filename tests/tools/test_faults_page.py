"""The page of faults and the website's table of codes are those of the catalogue."""

from __future__ import annotations

from tools.docs.faults_page import PAGE, TABLE, page, table


def test_the_page_of_faults_is_that_of_the_catalogue() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"


def test_the_codes_that_the_website_explains_are_those_of_the_catalogue() -> None:
    assert TABLE.read_text() == table(), "run `make docs`"
