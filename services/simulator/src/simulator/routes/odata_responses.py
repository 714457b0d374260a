"""Responses that every OData service of the simulator gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from common.exact_json import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = {"OData-Version": "4.0"}


def odata_json(value: object) -> web.Response:
    """Return the answer with this JSON value. Numbers keep their digits."""
    return web.json_response(value, headers=VERSION, dumps=write_json)


def odata_error(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return the answer with the body of an error."""
    return web.Response(status=status, body=body, headers=headers, content_type="application/json")
