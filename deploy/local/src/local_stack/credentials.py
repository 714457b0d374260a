"""Secrets of the local system, generated once and readable by their owner only."""

from __future__ import annotations

import base64
import json
import secrets
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from local_stack.private_file import write_private

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
        write_private(file, made.model_dump_json())
    return made


def _generated() -> dict[str, str]:
    """Return new credentials. Saved ones take precedence."""
    words = {name: secrets.token_urlsafe(24) for name in ("api_key", "source_secret")}
    return words | {
        "admin_password": secrets.token_urlsafe(15),
        "secret_keys": f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }
