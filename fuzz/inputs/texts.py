"""Odd texts: numbers, dates, addresses and characters that parsers are known to get wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NUMBERS = (
    *("0", "-0", "1", "-1", "00", "1e999", "-1e999", "1e-999", "NaN", "Infinity", "-Infinity"),
    *("0x10", "1_000", "+5", "1.", ".5", "\u00b2", "\u0663", "\uff11", "\U0001d7d9", "\u2167"),
    *("9" * 19, "9" * 400, "9" * 4400, "-" + "9" * 4400, "0." + "3" * 3000, "1" + "0" * 310),
    *("2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "1e400", "1E+2"),
)
DATES = (
    *("2026-07-21T14:03:09.447", "2026-07-21T14:03:09.1234567Z", "2026-07-21", "2026-07-21T24:00"),
    *("0001-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "zzzZ"),
    *(
        "2026-02-30T00:00:00Z",
        "2026-07-21T14:03:09+99:99",
        "2026-W30-1",
        "/Date(1234)/",
        "20260721",
    ),
    *("2026-03-29T02:30:00", "2026-07-21T14:03:60Z", "-2026-07-21T00:00:00Z", "2026-07-21T14:03Z"),
    *("10000-01-01T00:00:00Z", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 9999 99:99:99 GMT"),
    *("Sun, 06 Nov 99999 08:49:37 +9999", "Mon, 01 Jan 0001 00:00:00 -2359", "06 Nov 94 08:49 EST"),
)
WORDS = (
    *("", " ", "null", "true", "None", "\x00", "a\x00b", "\ufeff", "\u202e", "\u0130", "\u00df"),
    *("\ud800", "\udc00\ud800", "\U0010ffff", "\r\n", "\x1b[31m", "../../etc/passwd", "${jndi:x}"),
    *("{status}", "{0.__class__}", "%s%n", "$where", "__proto__", "'; drop", "<b>", "&amp;", "]]>"),
    *("=1+1", "@x", "a" * 70, "\u00e9" * 300, "word " * 200, "e\u0301" * 100, "\u0651" * 500),
)
ADDRESSES = (
    *(
        "http://[::1",
        "//[",
        "http://127.0.0.1:9/x(1)",
        "https://other/x",
        "/x(1)",
        "x?y#z",
        "\\\\x",
    ),
    *(
        "http://a:b@c/",
        "http://x:99999/",
        "http://x:-1/",
        "javascript:0",
        "http://\u2100/",
        "HTTP:/x",
    ),
    *("http://127.0.0.1:9@other/", "http:///x", "?", "#", "%zz", "http://[v1.x]/", "..//..//x"),
    *(
        "1.2.3.4",
        "::1",
        "::ffff:1.2.3.4",
        "fe80::1%eth0",
        "1.2.3",
        "01.2.3.4",
        "1.2.3.4:80",
        "[::1]:9",
    ),
)
ODD = (*NUMBERS, *DATES, *WORDS, *ADDRESSES)
_LONG = 5_000


def odd_text(random: Random) -> str:
    """Return a text of the lists above, a random one, or a long one."""
    kind = random.random()
    if kind < 0.7:
        return random.choice(ODD)
    if kind < 0.97:
        return random_text(random, 12)
    return random.choice(("a", "\u00e9", "\U0001f527", " ", "\t", "-", "(")) * random.randrange(
        _LONG
    )


def random_text(random: Random, longest: int) -> str:
    """Return random characters, of which many are ASCII and some are halves of a pair."""
    limits = (0x80, 0x80, 0x80, 0x100, 0x800, 0x11000, 0x110000)
    return "".join(
        chr(random.randrange(random.choice(limits))) for _ in range(random.randrange(longest + 1))
    )


def as_bytes(text: str) -> bytes:
    """Return the text in UTF-8. A half of a pair becomes three invalid bytes."""
    return text.encode("utf-8", "surrogatepass")


def odd_bytes(random: Random) -> bytes:
    """Return an odd text as bytes."""
    return as_bytes(odd_text(random))
