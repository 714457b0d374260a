"""Samples of requests to the API."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fuzz.inputs.texts import DATES, NUMBERS, odd_text
from portal_api.deliveries.filter import DeliveryFilter

if TYPE_CHECKING:
    from random import Random

CONNECTOR = {
    "name": "Service orders",
    "source_app": "CRONUS",
    "system": "Business Central",
    "api_type": "SOAP",
    "uri": "https://bc.cronus.example:7047/BC/WS/CRONUS/Page/Appointment",
}
_MORE = {
    "authentication": {"type": "Basic", "login": "DIME"},
    "password": "made-up",
    "limits": {"total_timeout_s": 5, "max_tries": 2},
    "mapping": {"fields": {"subject": "Subject"}},
    "headers": [{"name": "X-A", "value": "b"}],
    "actions": ["create", "delete"],
    "time_zone": "Europe/Brussels",
    "enabled": True,
}
JSON_ROWS = [json.dumps([CONNECTOR | _MORE]).encode(), json.dumps([CONNECTOR] * 3).encode()]
CSV_ROWS = [
    b"name;source_app;system;api_type;uri;limits\nA;CRONUS;BC;soap;https://a.example;{}\n",
    b'Name,SourceApp,Type,CrudTypes,AuthType,Login\n"a ""b""",X,CRM,"create,update",Basic,me\n',
    b"\xef\xbb\xbfname\tsource app\tenabled\nA\tB\tyes\n",
]
FILTERS = [*DeliveryFilter.model_fields, "sort", "limit", "after"]
VALUES = (
    "Success",
    "Failed",
    "true",
    "-received_at",
    "Europe/Brussels",
    "Basic",
    "deliveries",
    *DATES[:8],
)
ADDRESSES = [
    b"status=Failed&status=Success&received_from=2026-07-21T06:00:00Z&limit=50&sort=-received_at",
    b"search=compressor+op100001&archived=false&http_status=500&attempt_from=2&attempt_to=9",
    b"phase=held&troubled=true&connector_name_begins=A&cause=0123456789abcdef&message_empty=true",
    b"appointment_key=dime/1&start_from=2026-07&subject_begins=%C3%A9&last_status=Failed",
]
VIEWS = [
    json.dumps({"name": "Failed", "list": "errors", "query": {"status": ["Failed"]}}).encode(),
    json.dumps(
        {"name": "x", "list": "appointments", "query": {"limit": 5}, "shared": True}
    ).encode(),
]
_POSITIONS = (
    *('["2026", "a", "b"]', '[{"$date": 1}, {"$date": 1}, "x"]', '[{"$code": "1"}, null, "x"]'),
    *(
        '[{"$regularExpression": {"pattern": "(", "options": ""}}, 1, "x"]',
        '[{"$minKey": 1}, 1, "x"]',
    ),
    *('[{"$numberDecimal": "x"}, 1, "x"]', '[{"$oid": "1"}, {"$uuid": "1"}, "x"]', "[1, 2, 3]"),
    *(
        '[{"$binary": {"base64": "=", "subType": "99"}}, 1, "x"]',
        '[{"$date": {"$numberLong": "9e99"}}, 1, "x"]',
    ),
    *(
        '[{"$timestamp": {"t": -1, "i": 1}}, 1, "x"]',
        '[{"$dbPointer": 1}, 1, "x"]',
        "[NaN, -Infinity, 1e999]",
    ),
)
CURSORS = [base64.urlsafe_b64encode(text.encode()) for text in _POSITIONS]


def cursor(random: Random) -> bytes:
    """Return a cursor in its own encoding, with odd values."""
    names = (
        "$date",
        "$oid",
        "$numberLong",
        "$numberDouble",
        "$binary",
        "$uuid",
        "$timestamp",
        "$ref",
    )
    values = [
        random.choice(("null", "1", *NUMBERS))
        if random.random() < 0.3
        else json.dumps({random.choice(names): odd_text(random)[:60]})
        if random.random() < 0.5
        else json.dumps(odd_text(random)[:60])
        for _ in range(random.choice((0, 1, 3, 3, 3)))
    ]
    return base64.urlsafe_b64encode(f"[{','.join(values)}]".encode("utf-8", "replace"))


def certificates() -> list[bytes]:
    """Return a certificate in PEM, twice of it, and a key, none of which anyone uses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fuzz.example")])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=9_000))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return [made, made + made, secret + made]
