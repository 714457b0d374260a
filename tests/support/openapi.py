"""The operations of the API from its OpenAPI document, for tests that try all of them."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import NamedTuple

from portal_api.accounts.roles import Role
from portal_api.openapi import openapi_document

SAMPLES = {"cause": "0" * 16, "api_key_id": "0" * 12}
"""Path parameters that need a certain form. Others may be any word."""


class Operation(NamedTuple):
    """One operation, at an address that does not exist. `role` is the required role, or none."""

    method: str
    path: str
    action: str
    role: Role | None
    is_open: bool

    def __str__(self) -> str:
        """Return the operation as the id of a test."""
        return f"{self.method} {self.path}"


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations."""
    paths = json.loads(openapi_document())["paths"]
    return tuple(
        _operation(method.upper(), path, said)
        for path, methods in paths.items()
        for method, said in methods.items()
    )


def writes() -> list[Operation]:
    """Return the operations that change something."""
    return [operation for operation in operations() if operation.method != "GET"]


def _operation(method: str, path: str, said: dict[str, list[dict[str, list[str]]]]) -> Operation:
    ways = said.get("security", [])
    roles = {role for way in ways for role in way.get("ApiKey", [])}
    action = str(said["operationId"]).removesuffix(re.sub(r"\W", "_", path) + f"_{method.lower()}")
    filled = re.sub(r"\{(\w+)\}", lambda part: SAMPLES.get(part[1], "nothing-there"), path)
    return Operation(
        method, filled.removeprefix("/api"), action, Role(roles.pop()) if roles else None, not ways
    )
