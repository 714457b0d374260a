"""What an account may be called; capitals make no difference."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


def as_name(text: str) -> str:
    """Return how a name is kept, whatever was typed: two spellings of one name are one account."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _name(text: str) -> str:
    name = as_name(text)
    if not _NAME.fullmatch(name):
        raise ValueError(
            "must begin with a letter or digit, and go on with letters, digits and . _ @ + - (at "
            "most 64 in all)"
        )
    return name


UserName = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_name)]
"""The name of an account."""
