"""Writes docs/configuration.md from the settings classes for `make docs`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from dispatcher.settings import Settings as Dispatcher
from ingest.settings import Settings as Ingest
from local_stack.settings import Settings as Local
from portal_api.settings import Settings as PortalApi
from retry.settings import Settings as Retry
from simulator.settings import Settings as Simulator

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
SETTINGS: dict[str, type[BaseSettings]] = {
    "ingest": Ingest,
    "dispatcher": Dispatcher,
    "retry": Retry,
    "portal-api": PortalApi,
    "simulator": Simulator,
}
DEPLOYED = tuple(name for name in SETTINGS if name != "simulator")
HEAD = """# Configuration

Every setting of every service.
`make docs` writes this page from the settings classes.

A setting is an environment variable, in upper or lower case.
A service with an invalid setting does not start.
It prints a sentence with the name of the setting, never its value, and exits with code 2.

A file can hold the value instead, as in `RABBITMQ_URL_FILE=/run/secrets/rabbitmq-url`.
If `<NAME>` and `<NAME>_FILE` are both set, `<NAME>` is used.

`docker compose` reads the settings from `.env` and `secrets/`, which `make env` writes \
([install.md](install.md)).
On Kubernetes they come from [ConfigMaps and Secrets](kubernetes.md#settings).
Connectors, their [limits](operations.md#limits) and accounts are no settings.
They are stored in MongoDB, and changed in the [portal](portal.md) while the system runs.

## Shared by services

`<SERVICE>` is `INGEST`, `DISPATCHER`, `RETRY`, `PORTAL_API` or `SIMULATOR`.

"""
SIMULATOR = """
## simulator

For demo, tests and benchmarks only.
Never deploy it in production.
It reads the first three shared settings and `LOG_LEVEL`.

"""
LAST = """
## The command line

`mboc` reads `MBOC_URL` and `MBOC_API_KEY`.
The first is the portal's address, with the default `http://127.0.0.1:8600`.
The second is an API key, and secret.
See [command-line.md](command-line.md).
"""
COLUMNS = "| Variable | {}Takes | Default | Means |\n|{}---|---|---|---|\n"
WORDS = {
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "array": "JSON list",
    "object": "JSON object",
}
FORMATS = {"path": "path", "uri": "address", "date-time": "moment (RFC 3339)"}


class Setting(NamedTuple):
    """One setting as the page shows it. `from_common` marks a meaning that services share."""

    variable: str
    takes: str
    default: str
    means: str
    from_common: bool


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD, COLUMNS.format("Read by | ", "---|"), *_shared()]
    for service in DEPLOYED:
        parts += [f"\n## {service}\n\n", COLUMNS.format("", ""), *_rows(SETTINGS[service])]
    parts += [SIMULATOR, COLUMNS.format("", ""), *_rows(Simulator)]
    parts += ["\n## `make run`\n\n", COLUMNS.format("", ""), *_rows(Local), LAST]
    return "".join(parts)


def settings_of(owner: type[BaseSettings]) -> Iterator[Setting]:
    """Return every setting that a class reads, in its order. Raises KeyError for a setting without
    a description.
    """
    properties = owner.model_json_schema()["properties"]
    for name, field in owner.model_fields.items():
        alias = (
            field.validation_alias.choices[0]
            if isinstance(field.validation_alias, AliasChoices)
            else field.validation_alias
        )
        schema = properties[alias or name]
        declared = next(
            base for base in owner.__mro__ if name in vars(base).get("__annotations__", {})
        )
        from_common = declared.__module__.startswith("common.")
        prefix = "<SERVICE>_" if from_common else owner.model_config["env_prefix"]
        variable = str(alias or f"{prefix}{name}".upper())
        yield Setting(variable, _takes(schema), _default(field), schema["description"], from_common)


def _shared() -> Iterator[str]:
    readers: dict[Setting, list[str]] = {}
    for service in DEPLOYED:
        for setting in settings_of(SETTINGS[service]):
            if setting.from_common:
                readers.setdefault(setting, []).append(service)
    for setting, services in sorted(
        readers.items(), key=lambda found: (-len(found[1]), found[0].variable)
    ):
        by = "all" if len(services) == len(DEPLOYED) else ", ".join(services)
        yield (
            f"| `{setting.variable}` | {by} | {setting.takes} | {setting.default} | "
            f"{setting.means} |\n"
        )


def _rows(owner: type[BaseSettings]) -> Iterator[str]:
    for setting in settings_of(owner):
        if not setting.from_common:
            yield (
                f"| `{setting.variable}` | {setting.takes} | {setting.default} | "
                f"{setting.means} |\n"
            )


def _takes(schema: dict[str, Any]) -> str:
    flat = schema | next((one for one in schema.get("anyOf", ()) if one["type"] != "null"), {})
    kind = (
        ", ".join(flat["enum"])
        if "enum" in flat
        else FORMATS.get(flat.get("format", ""), WORDS[flat["type"]])
    )
    secret = (
        "**secret**, "
        if "password" in {flat.get("format"), flat.get("additionalProperties", {}).get("format")}
        else ""
    )
    return f"{secret}{kind}{_range(flat)}".replace("|", "\\|")


def _range(schema: dict[str, Any]) -> str:
    match schema:
        case {"minimum": low, "maximum": high} | {"exclusiveMinimum": low, "maximum": high}:
            more = " more than" if "exclusiveMinimum" in schema else ""
            return f",{more} {_number(low)} {'to' if not more else 'and at most'} {_number(high)}"
        case {"minimum": low}:
            return f", {_number(low)} at least"
        case {"exclusiveMinimum": low}:
            return f", more than {_number(low)}"
        case {"pattern": pattern}:
            return f" like `{pattern}`"
        case {"minLength": low, "maxLength": high}:
            return f", {low} to {high} characters"
        case _:
            return ""


def _default(field: FieldInfo) -> str:
    match field.default:
        case SecretStr() as secret:
            return _shown(secret.get_secret_value())
        case frozenset() | tuple() | list() | dict() as several:
            return f"`{json.dumps(several if isinstance(several, dict) else list(several))}`"
        case None:
            return "none"
        case bool() as yes:
            return str(yes).lower()
        case int() | float() as number:
            return _number(number)
        case other:
            return (
                "**needed**"
                if field.is_required()
                else ""
                if field.default_factory
                else _shown(str(other))
            )


def _shown(text: str) -> str:
    return f"`{text}`" if text else "empty"


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


if __name__ == "__main__":
    PAGE.write_text(page())
