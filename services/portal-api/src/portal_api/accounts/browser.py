"""The name of a browser for the list of sessions, read from its User-Agent (RFC 9110, 10.1.5)."""

from __future__ import annotations

MAX_READ = 500
"""Characters of the header that are read. A client can send any text."""
UNKNOWN = "Unknown browser"
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Marks in the order of the search, because browsers also send the marks of older ones."""
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return a name such as "Firefox on Windows". No text of the header is in it."""
    read = user_agent[:MAX_READ]
    browser = _first(_BROWSERS, read) or UNKNOWN
    system = _first(_SYSTEMS, read)
    return f"{browser} on {system}" if system else browser


def _first(marks: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for mark, name in marks if mark in text), None)
