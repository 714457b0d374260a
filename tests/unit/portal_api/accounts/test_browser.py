"""The names of browsers."""

from __future__ import annotations

import pytest

from portal_api.accounts.browser import browser_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140.0.0.0 Mobile", "Chrome on Android"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605",
            "Safari on macOS",
        ),
        ("curl/8.14", "Unknown browser"),
        ("", "Unknown browser"),
        ("x" * 100_000 + "Firefox/1", "Unknown browser"),
        ("<script>alert(1)</script> Firefox/1", "Firefox"),
    ],
)
def test_a_browser_has_a_name_from_a_closed_set(header: str, name: str) -> None:
    assert browser_name(header) == name
