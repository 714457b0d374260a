"""The settings every process shares, and how a bad one is refused: in one sentence that names it. docs/configuration.md is made from the descriptions."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any, Literal, TypeVar

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

S = TypeVar("S", bound=BaseSettings)


def replica_name() -> str:
    """Return the name of this process among its replicas: host and process id."""
    return f"{socket.gethostname()}-{os.getpid()}"


class ServiceSettings(BaseSettings):
    """What each service reads from its environment; a subclass adds its own fields under its own prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address to listen on for HTTP; 0.0.0.0 in a container.")
    port: int = Field(default=8000, ge=1, le=65535, description="TCP port to listen on for HTTP.")
    replica: str = Field(
        default_factory=replica_name, min_length=1, max_length=100, description="This process's name among its replicas, unique; by itself host and process id."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias=AliasChoices("LOG_LEVEL"), description="Lowest level that is logged."
    )
    rabbitmq_url: SecretStr = Field(
        default=SecretStr("amqp://guest:guest@127.0.0.1:5672/"),
        validation_alias=AliasChoices("RABBITMQ_URL"),
        description="RabbitMQ, as amqp://user:password@host:port/vhost.",
    )


class DatabaseSettings(BaseSettings):
    """Where MongoDB is, for the services that keep something there."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    mongodb_url: SecretStr = Field(
        default=SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0"),
        validation_alias=AliasChoices("MONGODB_URL"),
        description="MongoDB, as mongodb://user:password@host:port/?replicaSet=name; a replica set is needed, of one member at least.",
    )
    mongodb_database: str = Field(
        default="mboc",
        pattern=r"^[A-Za-z0-9_-]{1,38}$",
        validation_alias=AliasChoices("MONGODB_DATABASE"),
        description="Name of the database that the services share.",
    )


def load(settings: type[S]) -> S:
    """Read the settings, or end the process with exit code 2 and a sentence for each bad one (values are not shown)."""
    try:
        return settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False, include_context=False):
            sys.stderr.write(f"Cannot start: the setting {_variable(settings, problem['loc'])} is not valid: {problem['msg'].removeprefix('Value error, ')}.\n")
        raise SystemExit(2) from None
    except SettingsError as error:
        field = str(error).split('"')[1]  # pydantic-settings quotes the field's name, never its value
        sys.stderr.write(f"Cannot start: the setting {_variable(settings, (field,))} is not valid: it must be JSON.\n")
        raise SystemExit(2) from None


def _variable(settings: type[BaseSettings], location: tuple[Any, ...]) -> str:
    name = str(location[0]) if location else "?"
    prefix = settings.model_config.get("env_prefix", "") if name in settings.model_fields else ""
    return f"{prefix}{name}".upper()
