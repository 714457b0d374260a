"""JSON texts, most of them valid, with odd values, repeated names and deep nesting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fuzz.inputs.texts import NUMBERS, as_bytes, odd_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from fuzz.parser import Generate

_LITERALS = (
    "null",
    "true",
    "false",
    "{}",
    "[]",
    '""',
    '"\\ud800"',
    '"\\u0000"',
    '"\\udc00\\ud800"',
)
_DEPTHS = (3, 30, 190, 260, 1_100, 5_000)
_NESTED = (("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"))


def json_texts(names: Sequence[str], texts: Sequence[str] = ()) -> Generate:
    """Return a generator of JSON texts, whose objects use these names and also these texts."""

    def generate(random: Random) -> bytes:
        text = _value(random, names, texts, 4)
        return as_bytes(_nested(random, text) if random.random() < 0.03 else text)

    return generate


def json_objects(names: Sequence[str], texts: Sequence[str] = ()) -> Generate:
    """Return a generator of JSON objects, most of which have most of the names."""

    def generate(random: Random) -> bytes:
        taken = [name for name in names if random.random() < 0.7]
        members = (f"{json.dumps(name)}:{_value(random, names, texts, 2)}" for name in taken)
        return as_bytes(f"{{{','.join(members)}}}")

    return generate


def _value(random: Random, names: Sequence[str], texts: Sequence[str], depth: int) -> str:
    kind = random.random()
    if kind < 0.15 or depth == 0:
        return random.choice(_LITERALS)
    if kind < 0.3:
        return random.choice(NUMBERS)
    if kind < 0.6:
        text = random.choice(texts) if texts and random.random() < 0.5 else odd_text(random)
        return json.dumps(text, ensure_ascii=random.random() < 0.5)
    parts = range(random.randrange(5))
    if kind < 0.7:
        return f"[{','.join(_value(random, names, texts, depth - 1) for _ in parts)}]"
    members = (
        f"{json.dumps(_name(random, names))}:{_value(random, names, texts, depth - 1)}"
        for _ in parts
    )
    return f"{{{','.join(members)}}}"


def _name(random: Random, names: Sequence[str]) -> str:
    return random.choice(names) if random.random() < 0.85 else odd_text(random)[:80]


def _nested(random: Random, text: str) -> str:
    depth = random.choice(_DEPTHS)
    begin, end = random.choice(_NESTED)
    return begin * depth + text + end * (depth if random.random() < 0.8 else depth - 1)
