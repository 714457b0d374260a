"""Settings that processes share, and the sentence that names a bad one.

docs/configuration.md is generated from the descriptions.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from common.problem import message_of
from common.tls import check_authorities, refuse_unchecked, with_authorities

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

S = TypeVar("S", bound=BaseSettings)


class UnreadableFileError(Exception):
    """A file that a setting names cannot be read."""


class _FileSource(EnvSettingsSource):
    """Reads a setting from the file that ``<NAME>_FILE`` names, as mounted secrets need it.
    ``<NAME>`` takes precedence.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the file's content, the field's key, and whether the content is JSON.

        Raises UnreadableFileError.
        """
        key, is_complex = field_name, False
        for key, name, is_complex in self._extract_field_info(field, field_name):
            if path := self.env_vars.get(f"{name}_file"):
                return _content(name, Path(path)), key, is_complex
        return None, key, is_complex


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UnreadableFileError(
            f"{name.upper()}_FILE names {path}, which cannot be read: {reason}"
        ) from error


class EnvironmentSettings(BaseSettings):
    """Settings from the environment, or from files that it names."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - their signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - their signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, the strongest first."""
        return init_settings, env_settings, _FileSource(settings_cls)


def replica_name() -> str:
    """Return the name of this process among its replicas: host and process id."""
    return f"{socket.gethostname()}-{os.getpid()}"


class ServiceSettings(EnvironmentSettings):
    """Settings of every service. A subclass adds its own fields under its own prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field(
        default="127.0.0.1",
        description="HTTP address to listen on. Use 0.0.0.0 in a container.",
    )
    port: int = Field(default=8000, ge=1, le=65535, description="TCP port to listen on for HTTP.")
    replica: str = Field(
        default_factory=replica_name,
        min_length=1,
        max_length=100,
        description=(
            "Unique name of this process among its replicas. Without it, host and process id."
        ),
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        validation_alias=AliasChoices("LOG_LEVEL"),
        description="Lowest level that is logged.",
    )
    rabbitmq_ca_file: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("RABBITMQ_CA_FILE"),
        description=(
            "File with the certificates (PEM) of the authorities that RabbitMQ's certificate may "
            "come from. Empty = those of the machine. With it, RABBITMQ_URL must begin with "
            "amqps://."
        ),
    )
    rabbitmq_url: SecretStr = Field(
        default=SecretStr("amqp://guest:guest@127.0.0.1:5672/"),
        validation_alias=AliasChoices("RABBITMQ_URL"),
        description=(
            "RabbitMQ, as amqp://user:password@host:port/vhost, or amqps://… with TLS. The "
            "certificate is always checked."
        ),
        validate_default=True,
    )

    @field_validator("rabbitmq_ca_file", mode="before")
    @classmethod
    def _has_rabbitmqs_authorities(cls, value: object) -> Path | None:
        return _authorities(value)

    @field_validator("rabbitmq_url")
    @classmethod
    def _is_rabbitmqs(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        file = info.data.get("rabbitmq_ca_file")
        url = _require_scheme(value, *(() if file else ("amqp://",)), "amqps://")
        refuse_unchecked(url.get_secret_value())
        if file is None:
            return url
        return SecretStr(with_authorities(url.get_secret_value(), {"cafile": str(file)}))


class DatabaseSettings(EnvironmentSettings):
    """The MongoDB settings of services that store data."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    mongodb_ca_file: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("MONGODB_CA_FILE"),
        description=(
            "File with the certificates (PEM) of the authorities that MongoDB's certificate may "
            "come from. With it, the connection uses TLS. Empty = as MONGODB_URL says."
        ),
    )
    mongodb_url: SecretStr = Field(
        default=SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0"),
        validation_alias=AliasChoices("MONGODB_URL"),
        description=(
            "MongoDB, as mongodb://user:password@host:port/?replicaSet=name. It must be a replica "
            "set, with one member at least. tls=true adds TLS. The certificate is always checked."
        ),
        validate_default=True,
    )
    mongodb_database: str = Field(
        default="mboc",
        pattern=r"^[A-Za-z0-9_-]{1,38}$",
        validation_alias=AliasChoices("MONGODB_DATABASE"),
        description="Name of the database that the services share.",
    )

    @field_validator("mongodb_ca_file", mode="before")
    @classmethod
    def _has_mongodbs_authorities(cls, value: object) -> Path | None:
        return _authorities(value)

    @field_validator("mongodb_url")
    @classmethod
    def _is_mongodbs(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        url = _require_scheme(value, "mongodb://", "mongodb+srv://")
        refuse_unchecked(url.get_secret_value())
        if (file := info.data.get("mongodb_ca_file")) is None:
            return url
        options = {"tls": "true", "tlsCAFile": str(file)}
        return SecretStr(with_authorities(url.get_secret_value(), options))


class TraceSettings(EnvironmentSettings):
    """The trace settings of services that record traces, under OpenTelemetry's own names."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    collector: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT"),
        description=(
            "Collector of traces, as http://host:4318 (OTLP over HTTP). Empty = no traces are "
            "recorded."
        ),
    )
    collector_headers: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_HEADERS"),
        description=(
            "Headers of each request to the collector, such as a key, as name=value pairs, comma "
            "separated."
        ),
    )
    trace_share: float = Field(
        default=1.0,
        ge=0,
        le=1,
        validation_alias=AliasChoices("OTEL_TRACES_SAMPLER_ARG"),
        description=(
            "Share of the changes whose trace is recorded, from 0 to 1. A caller that sends "
            "`traceparent` decides for its change."
        ),
    )


def load(settings: type[S]) -> S:
    """Return the settings, or end the process with exit code 2 and a sentence for each bad one,
    without its value.
    """
    try:
        return settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False, include_context=False):
            sys.stderr.write(
                f"Cannot start: the setting {_variable(settings, problem['loc'])} is not valid: "
                f"{message_of(problem)}.\n"
            )
        raise SystemExit(2) from None
    except SettingsError as error:
        sys.stderr.write(f"Cannot start: {_reason_of(settings, error)}.\n")
        raise SystemExit(2) from None


def _authorities(value: object) -> Path | None:
    return check_authorities(Path(str(value))) if value else None


def _require_scheme(url: SecretStr, *schemes: str) -> SecretStr:
    if not url.get_secret_value().startswith(schemes):
        raise ValueError(f"it must begin with {' or '.join(schemes)}")
    return url


def _reason_of(settings: type[BaseSettings], error: SettingsError) -> str:
    if isinstance(error.__cause__, UnreadableFileError):
        return str(error.__cause__)
    field = str(error).split('"')[1]  # pydantic-settings quotes the field's name, never its value
    return f"the setting {_variable(settings, (field,))} is not valid: it must be JSON"


def _variable(settings: type[BaseSettings], location: tuple[Any, ...]) -> str:
    name = str(location[0]) if location else "?"
    prefix = settings.model_config.get("env_prefix", "") if name in settings.model_fields else ""
    return f"{prefix}{name}".upper()
