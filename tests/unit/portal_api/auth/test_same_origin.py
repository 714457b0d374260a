from __future__ import annotations

import pytest

from portal_api.auth.same_origin import is_same_origin

HOST = {"host": "portal.example:8600"}
ORIGINS = frozenset({"https://planning.example"})


@pytest.mark.parametrize(
    "headers",
    [
        HOST,
        HOST | {"sec-fetch-site": "same-origin", "origin": "https://portal.example:8600"},
        HOST | {"sec-fetch-site": "none"},
        HOST | {"origin": "https://portal.example:8600"},
        HOST | {"origin": "https://planning.example"},
        HOST | {"sec-fetch-site": "same-site", "origin": "https://planning.example"},
    ],
    ids=str,
)
def test_the_portal_and_programs_are_admitted(headers: dict[str, str]) -> None:
    assert is_same_origin(headers, ORIGINS)


@pytest.mark.parametrize(
    "headers",
    [
        HOST | {"sec-fetch-site": "cross-site"},
        HOST | {"sec-fetch-site": "same-site"},
        HOST | {"sec-fetch-site": "odd"},
        HOST | {"sec-fetch-site": "cross-site", "origin": "https://portal.example:8600"},
        HOST | {"origin": "https://elsewhere.example"},
        HOST | {"origin": "https://portal.example"},
        HOST | {"origin": "null"},
        {"origin": "null"},
        {"origin": ""},
    ],
    ids=str,
)
def test_the_page_of_another_site_is_refused(headers: dict[str, str]) -> None:
    assert not is_same_origin(headers, ORIGINS)
