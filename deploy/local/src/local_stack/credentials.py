"""Secrets of this machine's system: generated once, readable by their owner only."""

from __future__ import annotations

import base64
import os
import secrets
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from pathlib import Path


class Credentials(BaseModel):
    """What services and callers prove themselves with."""

    api_key: str = Field(repr=False, description="The portal API's key.")
    source_secret: str = Field(repr=False, description="What Dime.Scheduler shows ingest.")
    secret_keys: str = Field(repr=False, description="The key ring that seals connectors' secrets.")


def credentials(directory: Path) -> Credentials:
    """Return the credentials kept in this directory, generated when there are none."""
    file = directory / "credentials.json"
    if not file.exists():
        _write(file, _generate())
    return Credentials.model_validate_json(file.read_text())


def _generate() -> Credentials:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return Credentials(api_key=secrets.token_urlsafe(24), source_secret=secrets.token_urlsafe(24), secret_keys=f"local:{key}")


def _write(file: Path, made: Credentials) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(made.model_dump_json())
