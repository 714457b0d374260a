"""Finds the secrets of the suite in texts, plain and in every encoding that an output may use.

Support code notes each secret at the moment when a test enters it, or when the API issues it.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from ahocorasick_rs import BytesAhoCorasick, MatchKind

SHORTEST = 8
"""Characters. A shorter secret would be found by chance."""
ENTERED = frozenset(
    {"password", "current_password", "new_password", "client_secret", "signing_secret", "secret"}
)
"""Fields of requests that hold a secret."""
ISSUED = frozenset({"key", "secret", "recovery_codes", "csrf_token"})
"""Fields of responses that hold a secret."""
_NOTED: set[str] = set()


def note_secrets(*secrets: str) -> None:
    """Remember secrets, so that the end of the suite looks for them.

    A text with half of a surrogate pair is no secret, because the API refuses it. Neither is one
    repeated character, which tests use for texts that are too long.
    """
    _NOTED.update(
        secret
        for secret in secrets
        if len(secret) >= SHORTEST
        and len(set(secret)) > 1
        and not any("\ud800" <= character <= "\udfff" for character in secret)
    )


def note_fields(document: Any, names: frozenset[str] = ENTERED) -> None:
    """Remember the secrets in these fields of a request or a response."""
    note_secrets(*_texts_under(document, names))


def noted_secrets() -> frozenset[str]:
    """Return every secret that the suite used so far."""
    return frozenset(_NOTED)


def encodings(secret: str) -> set[bytes]:
    """Return the secret as text, base64, part of an address, JSON string and XML text.

    A longer text in base64 holds the secret in one of three alignments, without its edges.
    """
    forms = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
    }
    raw = secret.encode()
    return {form.encode() for form in forms} | set(_in_base64(raw))


class SecretScan:
    """Searches texts for secrets, all of them in one pass."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form: secret for secret in secrets for form in encodings(secret)}
        self._secrets = list(forms.values())
        self._search = BytesAhoCorasick(list(forms), matchkind=MatchKind.Standard)

    def find(self, text: bytes) -> set[str]:
        """Return the secrets that the text contains."""
        found = self._search.find_matches_as_indexes(text)
        return {self._secrets[index] for index, _, _ in found}

    def leaks(self, texts: Iterable[tuple[str, bytes]]) -> list[str]:
        """Return one line for each text with a secret: its name, and the beginning of the secret,
        because this line is an output as well.
        """
        return [
            f"{name}: {secret[:4]}… ({len(secret)} characters)"
            for name, text in texts
            for secret in sorted(self.find(text))
        ]


def _in_base64(raw: bytes) -> Iterator[bytes]:
    for skipped in range(3):
        encoded = base64.b64encode(bytes(skipped) + raw).rstrip(b"=")
        begin = -(-skipped * 8 // 6)
        end = (skipped + len(raw)) * 8 // 6
        inner = encoded[begin:end]
        yield from (inner, inner.replace(b"+", b"-").replace(b"/", b"_"))


def _texts_under(document: Any, names: frozenset[str]) -> Iterator[str]:
    if isinstance(document, list):
        for item in document:
            yield from _texts_under(item, names)
    elif isinstance(document, dict):
        for name, value in document.items():
            if name in names:
                yield from _texts(value)
            yield from _texts_under(value, names)


def _texts(value: Any) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    return (one for one in values if isinstance(one, str))
