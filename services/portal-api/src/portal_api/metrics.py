"""The metrics of portal-api."""

from __future__ import annotations

from enum import StrEnum

from prometheus_client import Counter, Gauge, Histogram


class Refusal(StrEnum):
    """The reason of a refused request."""

    NO_CREDENTIALS = "no credentials"
    SESSION = "session"
    API_KEY = "API key"
    PASSWORD = "password"  # noqa: S105 - the reason
    LOCKED = "too many failures"
    ROLE = "role"
    CROSS_SITE = "cross-site"
    BODY = "body size"
    MEDIA_TYPE = "media type"


STORED = Counter("mboc_portal_api_events_stored_total", "Events stored.", ["kind"])
SIGN_INS = Counter("mboc_portal_api_passwords_total", "Passwords that were entered.", ["outcome"])
OIDC_SIGN_INS = Counter(
    "mboc_portal_api_oidc_sign_ins_total",
    "Sign-ins and verifications with OpenID Connect.",
    ["outcome"],
)
REFUSALS = Counter(
    "mboc_portal_api_refused_total", "Requests that were refused, by reason.", ["reason"]
)
CODES = Counter(
    "mboc_portal_api_codes_total", "Codes of second factors that were entered.", ["outcome"]
)
STORED_AFTER_SECONDS = Histogram(
    "mboc_portal_api_stored_after_seconds",
    "Seconds from the end of an attempt until it is stored.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
LINES_NOT_UNDERSTOOD = Counter(
    "mboc_portal_api_log_lines_not_understood_total",
    "Received log lines that could not be read.",
)
READERS = Gauge("mboc_portal_api_live_readers", "Open streams of live updates.")

for reason in Refusal:
    REFUSALS.labels(reason)
for kind in ("transaction", "status", "applied", "lane", "dead letter"):
    # A series that begins at 0 shows its first event as an increase.
    STORED.labels(kind)
