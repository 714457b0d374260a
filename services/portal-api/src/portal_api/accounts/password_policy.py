"""The password policy: long, not the name, not easy to guess.

NIST SP 800-63B (Rev. 4, 3.1.1.2) requires a length and a check against common passwords. It forbids
rules about the mixture of characters.
"""

from __future__ import annotations

import threading
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from zxcvbn import zxcvbn

MIN_LENGTH = 12
MAX_LENGTH = 200
MIN_SCORE = 3
"""zxcvbn's score below which an attacker needs fewer than 10^8 guesses."""
MAX_SCORED = 72
"""Characters that zxcvbn scores. Further characters only make a password better."""
PRODUCT_WORDS = ("dimescheduler", "dime.scheduler", "backoffice", "connector", "mboc")
# zxcvbn stores the user's words in a variable of its module, so only one thread may call it.
_zxcvbn_lock = threading.Lock()


def _check_encoding(value: SecretStr) -> SecretStr:
    """Raise ValueError for half of a surrogate pair, which JSON can contain and UTF-8 cannot."""
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("must be text") from None
    return value


Password = Annotated[SecretStr, AfterValidator(_check_encoding)]
"""A password as the user entered it."""


def normalize(password: str) -> str:
    """Return the password in the form NFKC (NIST SP 800-63B, 3.1.1.2).

    Keyboards encode the same character in different ways, and all ways must match.
    """
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, name: str) -> str | None:
    """Return the reason to refuse a new password, or None. The check takes milliseconds."""
    plain = normalize(password)
    if not MIN_LENGTH <= len(plain) <= MAX_LENGTH:
        return f"must have {MIN_LENGTH} to {MAX_LENGTH} characters"
    if (
        len(name) >= 3  # noqa: PLR2004 - shorter ones are in every text
        and name in plain.casefold().replace(" ", "")
        and len(plain) - len(name) < MIN_LENGTH // 2
    ):
        return "must not be the name with little around it"
    return "is easy to guess: use several unrelated words" if _is_guessable(plain, name) else None


def _is_guessable(password: str, name: str) -> bool:
    with _zxcvbn_lock:
        return bool(
            zxcvbn(password[:MAX_SCORED], user_inputs=[name, *PRODUCT_WORDS])["score"] < MIN_SCORE
        )
