"""Masks secrets in the texts of back offices. Every text that is stored or shown passes here.

A back office may repeat a secret in any spelling: as it is, in base64, hexadecimal or percent
encoding, or escaped for JSON, XML or HTML, also one inside the other. So a text is searched in each
of its decoded readings (OWASP ASVS 4.0.3, 7.1.1 and 8.3.1). The cost is linear in the length of the
text, and only the shown part is searched.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from dispatcher.back_offices.readings import Reading, readings_of
from dispatcher.back_offices.secret_forms import LONG_SECRET, SecretForms, forms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK = "***"
MAX_TOKENS = 8
MAX_SPELLING = 24
"""The most characters of a text that spell one character of a secret."""
MAX_TEXT = 64 * 1024
_BREAKS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TOKEN = r"[A-Za-z0-9+/=._~-]"  # noqa: S105 - the characters of a token (RFC 9110, 11.2)
_WORDS = r"authentication|authori[sz]ation|credentials?|challenges?|unauthori[sz]ed|required"
_VALUE = r"(?:\"[^\"]*\"|[^\s,\"]+)"
_NAMES = r"client_secret|client_assertion|access_token|refresh_token|id_token|password"
_PATTERNS = {
    "credentials": r"\b(?:basic|bearer|ntlm|negotiate|digest)[\s:=+\"']{1,8}"
    rf"(?!(?:{_WORDS})(?![A-Za-z0-9+/=_~-]))(?P<secret>{_TOKEN}{{8,}})",
    "digest": rf"\bdigest\s{{1,8}}(?P<secret>\w{{1,40}}={_VALUE}(?:\s?,\s?\w{{1,40}}={_VALUE})*)",
    "named value": rf"\b(?:{_NAMES})(?:=|[\"']\s?:)\s?[\"']?(?P<secret>[^\s\"'&,;]+)",
    "NTLM message": r"(?P<secret>TlRMTVNTUAA[A-Za-z0-9+/=]*)",
    "JSON Web Token": r"\b(?P<secret>eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_=-]*){0,4})",
    "webhook signature": r"\b(?P<secret>v1a?,[A-Za-z0-9+/=]{40,})",
}
_ALWAYS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS.values())
_BASE64_CHARACTERS = f"{string.ascii_letters}{string.digits}+/=_-"
_TO_BLANK = re.compile(r"\S*")
_HARMLESS = frozenset({"company", "tenant", "environment", "api-version", "version"})
MIN_QUERY_SECRET = 6


class Range(NamedTuple):
    """A part of a text, from ``start`` to before ``end``."""

    start: int
    end: int


class Masker:
    """Masks the secrets of one connector, and the tokens that were issued to it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(dict.fromkeys(secret for secret in secrets if secret))
        self._tokens: dict[str, None] = {}
        self._forms: dict[str, SecretForms] = {}

    def hide(self, token: str) -> None:
        """Mask one more secret from now on, such as a token that was just issued."""
        if token and token not in self._tokens:
            self._tokens[token] = None
            if len(self._tokens) > MAX_TOKENS:
                oldest = next(iter(self._tokens))
                del self._tokens[oldest]
                self._forms.pop(oldest, None)

    def quote(self, text: str, max_length: int) -> str:
        """Return a foreign text in one line, without secrets, control characters and directions.

        A longer text is cut off, which an ellipsis shows.
        """
        line = _INVISIBLE.sub("", _BREAKS.sub(" ", text[:MAX_TEXT])).strip(" ")
        shown = self.mask(line, max_length)
        return f"{shown}…" if len(line) > max_length else shown

    def mask_lines(self, text: str, max_length: int) -> str:
        """Return at most ``max_length`` characters of a foreign text, in its lines.

        Secrets are masked. Control characters and directions are left out.
        """
        return self.mask(_INVISIBLE.sub("", _CONTROLS.sub("", text)), max_length)

    def mask(self, text: str, max_length: int) -> str:
        """Return at most ``max_length`` characters of a text with a mask for each secret."""
        secrets = (*self._secrets, *self._tokens)
        longest = max((len(secret) for secret in secrets), default=0)
        piece = text[: max_length + MAX_SPELLING * (min(longest, LONG_SECRET) + 4)]
        forms = [self._forms_of(secret) for secret in secrets]
        found: list[Range] = []
        for reading in readings_of(piece):
            for start, end in _ranges_in(reading, forms):
                if start < end:
                    found.append(Range(reading.starts[start], reading.ends[end - 1]))
        return _masked(piece, found, max_length)

    def _forms_of(self, secret: str) -> SecretForms:
        if secret not in self._forms:
            self._forms[secret] = forms_of(secret)
        return self._forms[secret]


def secrets_in_query(query: str) -> set[str]:
    """Return the values of an address' query that may be secret, as written and decoded.

    Short values and values of well-known names, such as ``company``, are no secrets.
    """
    pairs = (pair.partition("=")[::2] for pair in query.split("&"))
    values = [value for name, value in pairs if not _is_harmless(name)]
    found = {text for value in values for text in (value, unquote_plus(value))}
    return {text for text in found if len(text) >= MIN_QUERY_SECRET}


def _is_harmless(name: str) -> bool:
    plain = unquote_plus(name).lower()
    return plain in _HARMLESS or plain.startswith("$")


def _ranges_in(reading: Reading, forms: Iterable[SecretForms]) -> Iterator[Range]:
    """Return the secrets in one reading of a text, in positions of the reading."""
    for pattern in _ALWAYS:
        for match in pattern.finditer(reading.text):
            yield Range(*match.span("secret"))
    for secret in forms:
        yield from _occurrences(reading, secret)


def _occurrences(reading: Reading, secret: SecretForms) -> Iterator[Range]:
    """Return the forms of one secret in a reading."""
    for found in _all_found(secret.plain, *reading.plain):
        yield _widened(reading.text, found, "+")
    for found in _all_found(secret.base64, *reading.base64):
        yield _widened(reading.text, found, _BASE64_CHARACTERS)
    if secret.head:
        for start, end in _all_found((secret.head,), *reading.plain):
            yield Range(start, _end_of_long(reading.text, end, has_blanks=secret.has_blanks))
    if secret.pattern is not None:
        for match in secret.pattern.finditer(reading.text):
            yield Range(*match.span())


def _all_found(forms: Iterable[str], folded: str, positions: list[int]) -> Iterator[Range]:
    """Return where the forms occur in a folded text, in positions of the text."""
    for form in forms:
        at = folded.find(form)
        while at >= 0:
            last = at + len(form) - 1
            yield Range(positions[at], positions[last] + 1)
            at = folded.find(form, last + 1)


def _widened(text: str, found: Range, characters: str) -> Range:
    """Return the range with the neighbours that are among these characters."""
    start, end = found
    after = text[end:]
    return Range(
        len(text[:start].rstrip(characters)), end + len(after) - len(after.lstrip(characters))
    )


def _end_of_long(text: str, end: int, *, has_blanks: bool) -> int:
    """Return the end of a long secret, of which only the head was searched for."""
    rest = None if has_blanks else _TO_BLANK.match(text, end)
    return rest.end() if rest else len(text)


def _masked(text: str, ranges: list[Range], max_length: int) -> str:
    """Return the text with a mask for each range. Ranges that touch have one mask."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(ranges):
        if start >= max_length:
            break
        if start > at or not parts:
            parts += [text[at:start], MASK]
        at = max(at, end)
    return "".join((*parts, text[at:max_length]))
