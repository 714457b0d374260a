"""The local services with their ports and settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from local_stack.credentials import ADMIN
from local_stack.seed import REQUIRED_AUTHENTICATION, SOURCE_APPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_stack.credentials import Credentials

SOURCE = "demo"
WANTED_PORTS = {
    "portal-api": 8600,
    "ingest": 8601,
    "simulator": 8602,
    "dispatcher": 8603,
    "retry": 8604,
}
"""The preferred ports, in the order of display."""
STOPPING = (("ingest", "retry"), ("dispatcher",), ("portal-api",), ("simulator",))
"""The order of stopping: ingest and retry first, the simulator last. Services of one tuple stop
together.
"""


class ServiceContext(NamedTuple):
    """The values that the services' settings are built from."""

    rabbitmq_url: str
    mongodb_url: str
    credentials: Credentials
    addresses: Mapping[str, str]
    rate: float
    retry_cron: str


def program(name: str) -> Path:
    """Return the service's command, in the folder of this Python."""
    return Path(sys.executable).with_name(f"mboc-{name}")


def environment(name: str, context: ServiceContext) -> dict[str, str]:
    """Return the settings of one service."""
    prefix = name.upper().replace("-", "_")
    own = {
        f"{prefix}_HOST": "127.0.0.1",
        f"{prefix}_PORT": context.addresses[name].rpartition(":")[2],
        f"{prefix}_REPLICA": f"{name}-1",
    }
    return (
        {"RABBITMQ_URL": context.rabbitmq_url, "MONGODB_URL": context.mongodb_url}
        | own
        | _service_settings(name, context)
    )


def _service_settings(name: str, context: ServiceContext) -> dict[str, str]:
    credentials = context.credentials
    settings: dict[str, dict[str, str]] = {
        "ingest": {"INGEST_SECRETS": json.dumps({SOURCE: credentials.source_secret})},
        "dispatcher": {
            "SECRET_KEYS": credentials.secret_keys,
            "DISPATCHER_PRIVATE_NETWORKS": '["127.0.0.0/8"]',
        },
        "retry": {"RetryJobCronExpression": context.retry_cron},
        "portal-api": {
            "SECRET_KEYS": credentials.secret_keys,
            "PORTAL_API_KEY": credentials.api_key,
            "PORTAL_API_FIRST_ADMIN": ADMIN,
            "PORTAL_API_FIRST_ADMIN_PASSWORD": credentials.admin_password,
            "PORTAL_API_SECURE_COOKIE": "false",  # plain HTTP, for this machine only
        },
        "simulator": {
            "SIMULATOR_INGEST_URL": context.addresses["ingest"],
            "SIMULATOR_SOURCE": SOURCE,
            "SIMULATOR_SECRET": credentials.source_secret,
            "SIMULATOR_RATE": str(context.rate),
            "SIMULATOR_SOURCE_APPS": json.dumps(SOURCE_APPS),
            "SIMULATOR_AUTHENTICATION": json.dumps(REQUIRED_AUTHENTICATION),
        },
    }
    return settings[name]
