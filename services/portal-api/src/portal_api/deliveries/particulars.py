"""The variable parts of a message: quotations, names, numbers, ids and times that differ by
appointment.

Statuses and error codes stay, because they distinguish causes.
"""

from __future__ import annotations

import re

PLACEHOLDER = "…"
MAX_CHARACTERS = 2_000
"""Characters of a message that are read, which bounds the time for any text."""

_SIGNIFICANT = r"""
    \b(?:status(?:\ code)?|error(?:\ (?:code|number|no\.?))?|SQLSTATE|HRESULT|hr|HTTP(?:/[\d.]+)?)
        \s*[:=]?\s*\(?-?(?:0x[0-9a-f]+|\d{3,})\b\)?   # Status code: 401; error 1205; HTTP 502
  | \([45]\d\d\)                                      # (401) Unauthorized
  | \bAADSTS\d+                                       # Microsoft Entra ID
  | \b0x[0-9a-f]{6,}\b                                # Dataverse, Windows
  | \bDS[A-Z]{2,5}\d{3}\b                             # domain.md 6.3 and 6.4
  | \b(?:ORA-\d+|OData\ v\d[\d.]*|OAuth2|SOAP\ \d[\d.]*|TLSv?\ ?\d[\d.]*)\b
"""
_QUOTED = r"""
    "(?:[^"]|"(?=\w))*?"(?!\w)
  | (?<!\w)'(?:[^']|'(?=\w))*?'(?!\w)
  | (?<!\w)\u2018(?:[^\u2019]|\u2019(?=\w))*?\u2019(?!\w)
  | „[^“”"]*[“”"] | “[^”]*” | ”[^”]*” | \u201a[^\u2018\u2019]*[\u2018\u2019]
  | «[^»]*» | »[^«]*« | \u2039[^\u203a]*\u203a | \u203a[^\u2039]*\u2039
  | `[^`']*[`'] | \u00b4[^\u00b4]*\u00b4 | 「[^」]*」
  | (?<!\w)["'„“\u2018«`][^"'“”\u2019»`]*…$   # cut off inside
"""
_INSERTED = r"""
    (?<=value:\ ).+                                     # is 31, but it must be ... Value: Pump
  | (?<=contains\ a\ value\ \().*?(?=\)\ that)          # contains a value (X) that cannot be found
  | (?<==)\s*(?!\S*\d|[0-9a-f]{8}-)[^\s,;=][^,;=]*?(?=[,;]|\.(?:\s|$)|$)   # Name=Jim Olive. It
  | (?<=\buser\ )(?-i:[A-Z]\w+(?:\ [A-Z]\w+)+)          # the user Jim Olive
"""
_IDS = r"""
    \b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b |   # a GUID, of letters alone as well
    \b[a-z][a-z0-9+.-]*://[^\s'"<>()]*                  # an address
  | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+            # an e-mail address
  | (?<![\w.-])[\w.-]+\\[\w.$-]+                        # DOMAIN\user
  | \b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b
  | \b(?-i:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)(?:uary|ruary|ch|il|ust)?
        (?:tember|ober|ember)?\.?(?=\s+\d)              # July 23, 2025
  | (?<![\w.,:/\\+'-])[\w.,:/\\+'-]*\d[\w.,:/\\+'-]*    # 31, 7/23/2025, SO-1001, PRJ00010, an id
"""
_CAPITALS = r"(?-i:\b[A-Z][A-Z0-9]*(?:[-_/.][A-Z0-9]+)*\b)"
_WORDS = frozenset({
    "A", "API", "BC", "BOM", "CRM", "CRUD", "DNS", "GET", "GUID", "HEAD", "HTML", "HTTP", "HTTPS",
    "I", "ID", "IO", "IP", "JSON", "MBOC", "NAV", "NTLM", "OAUTH", "OK", "PATCH", "POST", "PUT",
    "REST", "SOAP", "SQL", "SSL", "TCP", "TLS", "UOM", "URI", "URL", "UTC", "UTF", "WSDL", "XML",
    "XSD",
})  # fmt: skip
"""Words in capitals that are no code of the back office."""
_ANY = re.compile(
    rf"(?P<significant>{_SIGNIFICANT})|(?P<inner>{_QUOTED}|{_INSERTED})|(?P<id>{_IDS})"
    rf"|(?P<capitals>{_CAPITALS})",
    re.IGNORECASE | re.VERBOSE,
)
_SEVERAL = re.compile(
    rf"{PLACEHOLDER}(?:(?:,| and| to| -)?\s+(?:{PLACEHOLDER}|[ap]\.?m\b\.?))+", re.IGNORECASE
)
"""A date and its time, or a list. The number of its parts makes no other cause."""


def mask_variable_parts(text: str) -> str:
    """Return the text with one placeholder for each variable part, or for several in a row."""
    plain = _ANY.sub(_replace, text[:MAX_CHARACTERS])
    return _SEVERAL.sub(PLACEHOLDER, " ".join(plain.split()))


def _replace(found: re.Match[str]) -> str:
    text = found[0]
    if found["significant"] or (found["capitals"] and text in _WORDS):
        return text
    ending = re.search(r"[.,:;]*$", text) if found["id"] else None
    return f"{PLACEHOLDER}{ending[0] if ending else ''}"
