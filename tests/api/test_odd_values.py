"""Values that no client should send: each is refused with its field, and none is a server error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from yarl import URL

from portal_api.openapi import openapi_document
from tests.api.conftest import Credentials
from tests.support.system import System

LONE = "\\ud800"
"""The JSON text of a lone surrogate, which has no UTF-8."""
DIGITS = "9" * 4_400
"""More digits than Python converts."""
DEEP = "[" * 100_000 + "]" * 100_000
ODD_TEXTS = (
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "a%00b",
    "%F0%9F%98%80",
    DIGITS,
    f"-{DIGITS}",
    "1e999",
    "NaN",
    "-Infinity",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00%2B23:59",
    "%24where",
    "%7B%22%24ne%22:1%7D",
    "..%2f..%2f",
    "a" * 5_000,
    "%E2%80%AE",
    "",
)
ODD_VALUES = (
    f'"{LONE}"',
    f'"a{LONE}b"',
    '"\\u0000"',
    '"a\\u0000b"',
    DIGITS,
    f"-{DIGITS}",
    "1e999",
    "1E-999999999",
    "NaN",
    "-Infinity",
    "9223372036854775808",
    "[" * 900 + "]" * 900,
    '{"$where": "1"}',
    f'{{"{LONE}": 1}}',
    '{"\\u0000": 1}',
    f'["{LONE}"]',
    "[[]]",
    "{}",
    "[]",
    "null",
    "true",
    '""',
    '" "',
    f'"{"a" * 50_000}"',
    '"9999-12-31T23:59:59-23:59"',
    '"0001-01-01T00:00:00+23:59"',
    '"\\u202e\\u2028"',
    f'"{DIGITS}"',
)
ODD_BODIES = (
    b"",
    b" ",
    b"\x00",
    b"null",
    b"[]",
    b"[[]]",
    b"1",
    b'"text"',
    b"{",
    b"{}{}",
    b'{"a": 1, "a": 2}',
    b"\xef\xbb\xbf{}",
    '{"name": "x"}'.encode("utf-16"),
    '{"name": "x"}'.encode("utf-32"),
    b'{"name": "\xff"}',
    b'{"name": "\xed\xa0\x80"}',
    DEEP.encode(),
    b'{"a":' * 100_000,
    f'{{"name": {DEEP}}}'.encode(),
    DIGITS.encode(),
    f'{{"{LONE}": 1}}'.encode(),
    b'{"\\u0000": 1}',
    b"NaN",
)
ODD_TYPES = (
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/json; charset",
    "application/json;;;",
    "text/plain",
    "text/csv; charset=utf-7",
    "multipart/form-data; boundary=",
    "application/x-www-form-urlencoded",
    "\xff\xfe",
    "",
)
DOCUMENT = json.loads(openapi_document())
EXCLUDED = {
    "get /api/events": "never ends",
    "delete /api/session": "would end the session that the others need",
    "delete /api/sessions": "would end the sessions that the others need",
    "put /api/session/password": "five wrong passwords lock the account that the others need",
}
PLACES = ("path", "query")


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def fields_of(schema: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Return the path of every field of an object, and of the objects within it."""
    schema = resolved(schema)
    if depth > 1:
        return
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from fields_of(part, depth)
    for name, field in schema.get("properties", {}).items():
        yield (name,)
        for path in fields_of(field, depth + 1):
            yield (name, *path)


def with_value(path: tuple[str, ...], value: str) -> bytes:
    text = value
    for name in reversed(path):
        text = f"{{{json.dumps(name)}: {text}}}"
    return text.encode()


class Sample:
    """Takes the next few values of a tuple at each call, so that all values appear in the whole
    walk.
    """

    def __init__(self, values: tuple[Any, ...]) -> None:
        self._values = values
        self._next = 0

    def take(self, count: int) -> list[Any]:
        """Return the next values."""
        start, self._next = self._next, self._next + count
        return [self._values[n % len(self._values)] for n in range(start, self._next)]


TEXTS, VALUES, BODIES, TYPES = map(Sample, (ODD_TEXTS, ODD_VALUES, ODD_BODIES, ODD_TYPES))


def odd_targets(path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """Return the path with odd values in its path and query parameters."""
    parameters = operation.get("parameters", [])
    names = {place: [p["name"] for p in parameters if p["in"] == place] for place in PLACES}
    for name in names["path"]:
        for odd in filter(None, TEXTS.take(4)):
            yield filled(path.replace(f"{{{name}}}", odd))
    for name in names["query"]:
        yield from (f"{filled(path)}?{name}={odd}" for odd in TEXTS.take(1))
    yield f"{filled(path)}?%ff=%ff&%00=%00&{'a' * 3_000}=1"


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "x", path)


def odd_bodies(operation: Mapping[str, Any], *, is_import: bool) -> Iterator[dict[str, Any]]:
    """Return the options of requests with odd bodies, Content-Types and field values."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return
    as_json = {"Content-Type": "application/json"}
    for body in ODD_BODIES if is_import else BODIES.take(3):
        yield {"data": body, "headers": as_json}
        yield {"data": body, "headers": {"Content-Type": TYPES.take(1)[0]}}
    yield {"data": b"\x1f\x8b", "headers": as_json | {"Content-Encoding": "gzip"}}
    for field in sorted(set(fields_of(content["application/json"].get("schema", {})))) or [("x",)]:
        for value in ODD_VALUES if is_import else VALUES.take(2):
            yield {"data": with_value(field, value), "headers": as_json}


OPERATIONS = [
    pytest.param(method, path, operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if f"{method} {path}" not in EXCLUDED
]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
async def test_no_odd_value_is_a_server_error(
    fuzzed_system: System,
    credentials: Mapping[str, Credentials],
    method: str,
    path: str,
    operation: Mapping[str, Any],
) -> None:
    base = fuzzed_system.services["portal-api"].url
    asked: list[tuple[str, dict[str, Any]]] = [
        (target, {}) for target in odd_targets(path, operation)
    ]
    bodies = odd_bodies(operation, is_import=path.endswith("/import"))
    asked += [(filled(path), options) for options in bodies]

    async def is_refused_well(target: str, options: Mapping[str, Any]) -> bool:
        headers = {**credentials["admin"].headers, **options.get("headers", {})}
        async with fuzzed_system.http.request(
            method,
            URL(f"{base}{target}", encoded=True),
            data=options.get("data"),
            headers=headers,
            allow_redirects=False,
        ) as answer:
            text = await answer.text()
        is_short = answer.status < 400 or len(text) < 100_000
        return (
            answer.status < 500
            and is_short
            and (answer.status not in {400, 422} or bool(json.loads(text)["errors"]))
        )

    assert [one for one in asked if not await is_refused_well(*one)] == []


async def test_an_odd_name_in_the_audit_can_be_read_and_exported(
    fuzzed_system: System, credentials: Mapping[str, Credentials]
) -> None:
    url = f"{fuzzed_system.services['portal-api'].url}/api/connectors/import"
    body = f'[{{"name": "{LONE}", "{LONE}": 1}}]'.encode()
    headers = {**credentials["admin"].headers, "Content-Type": "application/json"}
    async with fuzzed_system.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 422

    for path in ("/audit", "/audit/export?format=csv", "/audit/export?format=jsonl"):
        url = f"{fuzzed_system.services['portal-api'].url}/api{path}"
        async with fuzzed_system.http.get(url, headers=headers) as answer:
            assert answer.status == 200
            assert "import_connectors" in await answer.text()
