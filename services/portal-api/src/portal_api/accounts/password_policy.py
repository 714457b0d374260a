"""The password policy: long, not the name, not easy to guess.

NIST SP 800-63B (Rev. 4, 3.1.1.2) requires a length and a check against common passwords. It forbids
rules about the mixture of characters. OWASP ASVS 4.0.3, 2.1.2, denies more than 128 characters.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr
from zxcvbn import zxcvbn

MIN_LENGTH = 12
MAX_LENGTH = 128
MAX_ENTERED = 200
"""Characters of a password at the sign-in. Earlier releases took longer new passwords."""
MIN_SCORE = 3
"""zxcvbn's score below which an attacker needs fewer than 10^8 guesses."""
MAX_SCORED = 72
"""Characters that zxcvbn scores. Further characters only make a password better."""
PRODUCT_WORDS = ("dimescheduler", "dime.scheduler", "backoffice", "connector", "mboc")
SEASONS = (
    "spring", "summer", "autumn", "winter", "lente", "zomer", "herfst", "printemps", "automne",
    "hiver", "sommer", "herbst",
    "january", "february", "march", "april", "june", "july", "august", "september", "october",
    "november", "december", "januari", "februari", "maart", "juni", "juli", "augustus", "oktober",
    "janvier", "fevrier", "juillet", "octobre", "novembre", "decembre", "januar", "dezember",
    "monday", "tuesday", "wednesday", "thursday", "friday", "maandag", "vrijdag", "lundi", "montag",
)  # fmt: skip
"""Words that people combine with the year, when a password must be changed."""
FAMOUS = (
    "correcthorsebatterystaple", "thequickbrownfoxjumps", "tobeornottobe", "maytheforcebewithyou",
    "allyourbasearebelongtous", "supercalifragilisticexpialidocious", "neverguessthispassword",
)  # fmt: skip
"""Phrases of several words that are in every list of stolen passwords."""
MAX_PREDICTABLE_WORDS = 2
MAX_FILLER = 10
"""Digits and signs around these words, such as a year. More of them are no mere filler."""
MAX_OTHER_LETTERS = 3
_NO_LETTER = re.compile(r"[\W\d_]+")
SAME = "must differ from the present password"
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
    letters = _NO_LETTER.sub("", password.casefold())
    if any(phrase in letters and len(letters) - len(phrase) < MIN_LENGTH for phrase in FAMOUS):
        return True
    with _zxcvbn_lock:
        scored = zxcvbn(password[:MAX_SCORED], user_inputs=[name, *PRODUCT_WORDS, *SEASONS])
    return scored["score"] < MIN_SCORE or _is_a_word_with_filler(scored["sequence"])


def _is_a_word_with_filler(parts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the password is one or two common words with digits and signs, such as a year.

    zxcvbn scores the filler as if it were random.
    """
    words = {part["matched_word"] for part in parts if part["pattern"] == "dictionary"}
    others = [part["token"] for part in parts if part["pattern"] != "dictionary"]
    letters = _NO_LETTER.sub("", "".join(others))
    return (
        0 < len(words) <= MAX_PREDICTABLE_WORDS
        and len(letters) <= MAX_OTHER_LETTERS
        and sum(map(len, others)) - len(letters) <= MAX_FILLER
    )
