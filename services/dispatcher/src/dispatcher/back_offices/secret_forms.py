"""The forms of a secret that a text is searched for."""

from __future__ import annotations

import base64
import re
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from dispatcher.back_offices.readings import folded_base64, folded_plain

LONG_SECRET = 256
"""Of a longer secret, such as an access token, the head is enough to find it."""
SHORT_SECRET = 4
"""A shorter text occurs in many words by chance, so it is masked only where it stands alone."""
PREFIX = "whsec_"
"""The prefix of a signing secret of Standard Webhooks."""


class SecretForms(NamedTuple):
    """The forms of one secret.

    ``plain`` and ``base64`` are folded. ``head`` is the folded beginning of a long secret.
    ``pattern`` finds a secret that is too short to be folded.
    """

    plain: tuple[str, ...] = ()
    base64: tuple[str, ...] = ()
    head: str = ""
    has_blanks: bool = False
    pattern: re.Pattern[str] | None = None


def forms_of(secret: str) -> SecretForms:
    """Return the forms of a secret. A secret of blanks alone has none."""
    words = secret.split()
    if not words:
        return SecretForms()
    if len(secret) > LONG_SECRET:
        return SecretForms(
            base64=_base64_forms(secret[:LONG_SECRET]),
            head=folded_plain(secret[:LONG_SECRET]),
            has_blanks=len(words) > 1,
        )
    plain = {folded_plain(secret), folded_plain(secret.removeprefix(PREFIX))}
    hexadecimal = {raw.hex() for raw in _bytes_of(secret) if len(raw) >= SHORT_SECRET}
    return SecretForms(
        plain=tuple(form for form in plain if len(form) >= SHORT_SECRET) + tuple(hexadecimal),
        base64=_base64_forms(secret),
        pattern=_pattern(words, len(secret)) if _is_short(secret) else None,
    )


def _is_short(secret: str) -> bool:
    return len(folded_plain(secret)) < SHORT_SECRET


def _pattern(words: list[str], length: int) -> re.Pattern[str]:
    text = r"\s+".join(map(re.escape, words))
    return re.compile(text if length >= SHORT_SECRET else rf"(?<!\w){text}(?!\w)", re.IGNORECASE)


def _bytes_of(secret: str) -> set[bytes]:
    """Return the bytes of a secret, also as an OAuth2 client writes it (RFC 6749, 2.3.1)."""
    spelled = {secret, quote_plus(secret, errors="replace"), quote(secret, "", errors="replace")}
    found = {text.encode("utf-8", "surrogatepass") for text in spelled}
    found.add(secret.encode("utf-16-le", "surrogatepass"))
    if not secret.isascii():
        found.add(secret.encode("latin-1", "replace"))
    return found


def _base64_forms(secret: str) -> tuple[str, ...]:
    """Return the characters of base64 that depend on the secret alone, for each alignment."""
    forms = {folded_base64(_core(raw, before)) for raw in _bytes_of(secret) for before in range(3)}
    return tuple(form for form in forms if len(form) >= SHORT_SECRET)


def _core(raw: bytes, before: int) -> str:
    """Return the characters for the bytes after ``before`` unknown bytes (RFC 4648, 4)."""
    encoded = base64.b64encode(bytes(before) + raw).decode()
    return encoded[-(-8 * before // 6) : 8 * (before + len(raw)) // 6]
