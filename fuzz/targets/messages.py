"""The messages from RabbitMQ, one parser for each type of message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from common.contracts import (
    applied,
    connector,
    delivery,
    forget_order,
    mapped_request,
    operation,
    telemetry,
    transaction,
)
from common.contracts.dead_letter import DeadLetter
from common.read_list import read_list
from fuzz.inputs.changes import changed
from fuzz.inputs.json_texts import json_objects, json_texts
from fuzz.inputs.texts import DATES
from fuzz.parser import Parser, on_the_loop, one_of
from fuzz.targets import samples
from portal_api.logs.line import read_lines

if TYPE_CHECKING:
    from pydantic import BaseModel

_MODULES = (
    applied,
    connector,
    delivery,
    forget_order,
    mapped_request,
    operation,
    telemetry,
    transaction,
)
_LISTED = frozenset({"TransactionReceived", "StatusChanged", "AppliedChanged"})
"""Messages that several senders put into one list."""


def message_parsers() -> list[Parser]:
    """Return one parser for each message that has a frozen sample."""
    models: dict[str, Any] = {"DeadLetter": DeadLetter}
    for name in samples.MESSAGES:
        models.update((name, getattr(part, name)) for part in _MODULES if hasattr(part, name))
    assert models.keys() == samples.MESSAGES.keys()
    return [_parser(name, model) for name, model in sorted(models.items())]


def _parser(name: str, model: type[BaseModel]) -> Parser:
    sample = samples.MESSAGES[name]
    names = list(json.loads(sample))
    lists = changed([b"[" + sample + b"," + sample + b"]", b"[]", b"[null," + sample + b"]"])
    generators = [changed([sample]), json_objects(names, DATES), json_texts(names, DATES)]
    many: Any = TypeAdapter(list[model])  # type: ignore[valid-type]

    def parse(raw: bytes) -> None:
        if name == "LogRecorded":
            read_lines(raw)
        elif name in _LISTED and raw.lstrip().startswith(b"["):
            read_list(model, many, raw)
        else:
            assert model.model_validate_json(raw).model_dump_json().encode()

    if name in _LISTED or name == "LogRecorded":
        generators.append(lists)
    return Parser(f"message {name}", on_the_loop(parse), one_of(generators), (ValidationError,))
