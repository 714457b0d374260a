"""Secrets of the local system, generated once and readable by their owner only."""

from __future__ import annotations

import base64
import json
import os
import secrets
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from pathlib import Path


ADMIN = "admin"
"""The account for the website."""


class Credentials(BaseModel):
    """Secrets of the services and their callers."""

    api_key: str = Field(repr=False, description="The portal API's key.")
    admin_password: str = Field(
        default="", repr=False, description="That account's first password."
    )
    source_secret: str = Field(repr=False, description="The secret of the source at ingest.")
    secret_keys: str = Field(
        repr=False, description="The keys that encrypt the connectors' secrets."
    )


def credentials(directory: Path) -> Credentials:
    """Return the credentials of this directory, and generate missing ones."""
    file = directory / "credentials.json"
    saved = json.loads(file.read_text()) if file.exists() else {}
    made = Credentials.model_validate(_generated() | saved)
    if made.model_dump() != saved:
        _write(file, made)
    return made


def _generated() -> dict[str, str]:
    """Return new credentials. Saved ones take precedence."""
    words = {name: secrets.token_urlsafe(24) for name in ("api_key", "source_secret")}
    return words | {
        "admin_password": secrets.token_urlsafe(15),
        "secret_keys": f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }


def _write(file: Path, made: Credentials) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(made.model_dump_json())
    new.replace(file)
