"""Keeps the beginning of the answer to a failed call, without secrets.

A text whose encoding is unknown is not kept, because its secrets could not be found.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from common.contracts.receipt import MAX_ANSWER_BYTES, Answer

if TYPE_CHECKING:
    from dispatcher.back_offices.calls import HttpResponse
    from dispatcher.back_offices.masking import Masker

MAX_READ_BYTES = 4 * MAX_ANSWER_BYTES
"""The bytes that are decoded, because a secret may cross the end of the kept part."""
MAX_CONTENT_TYPE = 200
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_ENCODINGS = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "cp1252"}
)
_BEGINNINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
"""The first bytes of a text, and its encoding (XML 1.0, appendix F)."""


class UnmaskedAnswer:
    """The answer to a failed call, of which nothing is shown before ``mask``."""

    def __init__(self, response: HttpResponse, masker: Masker) -> None:
        self._status = response.status
        self._content_type = response.headers.get("Content-Type")
        self._body = response.body[:MAX_READ_BYTES]
        self._is_whole = response.is_whole and len(response.body) <= MAX_READ_BYTES
        self._masker = masker

    @property
    def work_size(self) -> int:
        """The length of an input whose parsing takes as long as the masking of this body."""
        return 8 * len(self._body)

    def mask(self) -> Answer:
        """Return the answer with a mask for each secret. A long body takes a tenth of a second."""
        text = _text_of(self._body, self._content_type or "")
        body, is_cut = _first_bytes(self._masker.mask_lines(text or "", MAX_ANSWER_BYTES))
        content_type = self._masker.quote(self._content_type or "", MAX_CONTENT_TYPE)
        return Answer(
            http_status=self._status,
            content_type=content_type[:MAX_CONTENT_TYPE] or None,
            body=body,
            is_whole=self._is_whole
            and text is not None
            and not is_cut
            and len(text) <= MAX_ANSWER_BYTES,
        )


def _text_of(body: bytes, content_type: str) -> str | None:
    """Return the text of a body, or None where the encoding is unknown."""
    begun = next((name for first, name in _BEGINNINGS.items() if body.startswith(first)), None)
    encoding = begun or _declared_encoding(content_type)
    return None if encoding is None else body.decode(encoding, errors="replace")


def _declared_encoding(content_type: str) -> str | None:
    declared = _CHARSET.search(content_type)
    if declared is None:
        return "utf-8"
    try:
        name = codecs.lookup(declared[1]).name
    except LookupError:
        return None
    return name if name in _ENCODINGS else None


def _first_bytes(text: str) -> tuple[str, bool]:
    """Return the characters that fit into the kept part, and whether others were cut off."""
    encoded = text.encode()
    kept = encoded[:MAX_ANSWER_BYTES].decode(errors="ignore")
    return kept, len(encoded) > MAX_ANSWER_BYTES
