"""Which passwords are good enough: long, not the name, not what everybody takes.

NIST SP 800-63B (Rev. 4, 3.1.1.2): length counts, a list of common passwords is asked, and no
mixture of characters is demanded.
"""

from __future__ import annotations

import threading
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 200
GUESSABLE = 3
"""zxcvbn's score below which an attacker needs fewer than 10^8 guesses."""
LOOKED_AT = 72
"""Characters that are looked at; what follows makes a password only better."""
OURS = ("dimescheduler", "dime.scheduler", "backoffice", "connector", "mboc")
_one_at_a_time = (
    threading.Lock()
)  # zxcvbn keeps the words of a question in a variable of its module


def _is_text(value: SecretStr) -> SecretStr:
    """Refuse halves of surrogate pairs, which JSON can carry and UTF-8 cannot."""
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("must be text") from None
    return value


Password = Annotated[SecretStr, AfterValidator(_is_text)]
"""A password as it is entered."""


def normal(password: str) -> str:
    """Return the one spelling that is hashed, whichever keyboard it was typed on (NIST SP
    800-63B, 3.1.1.2: NFKC).
    """
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, name: str) -> str | None:
    """Return what is wrong with a new password, None when it is good; takes milliseconds."""
    plain = normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters"
    if (
        len(name) >= 3  # noqa: PLR2004 - shorter ones are in every text
        and name in plain.casefold().replace(" ", "")
        and len(plain) - len(name) < SHORTEST // 2
    ):
        return "must not be the name with little around it"
    return (
        (
            "is among the first that anybody would guess: take several words that do not "
            "belong together"
        )
        if _is_common(plain, name)
        else None
    )


def _is_common(password: str, name: str) -> bool:
    with _one_at_a_time:
        return bool(zxcvbn(password[:LOOKED_AT], user_inputs=[name, *OURS])["score"] < GUESSABLE)
