"""XML texts with entities, DTDs, odd encodings, odd names and deep nesting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.inputs.texts import as_bytes, odd_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from fuzz.parser import Generate

_HEADS = (
    *("", "", "", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-16"?>'),
    *('<?xml version="1.1" encoding="x"?>', "\ufeff", '<?xml version="1.0" encoding="utf-7"?>'),
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
)
_TEXTS = (
    "&a;",
    "&b;",
    "&x;",
    "&amp;",
    "&#0;",
    "&#xd800;",
    "&#x1F527;",
    "<![CDATA[<x>]]>",
    "<!-- -->",
)
_DEPTHS = (30, 250, 260, 1_000, 5_000)


def xml_texts(names: Sequence[str], attributes: Sequence[str]) -> Generate:
    """Return a generator of XML texts with these names of elements, which may hold attributes and
    declare namespaces, and with these attributes.
    """

    def element(random: Random, depth: int) -> str:
        name = random.choice(names)
        given = "".join(
            f' {attribute}="{_attribute(random, names)}"'
            for attribute in random.sample(
                attributes, random.randrange(min(4, len(attributes)) + 1)
            )
        )
        if depth == 0 or random.random() < 0.15:
            return f"<{name}{given}/>"
        parts = range(random.choice((0, 1, 1, 2, 3)))
        inner = "".join(
            element(random, depth - 1) if random.random() < 0.75 else _text(random) for _ in parts
        )
        return f"<{name}{given}>{inner}</{name.partition(' ')[0]}>"

    def generate(random: Random) -> bytes:
        text = element(random, 6)
        if random.random() < 0.03:
            depth = random.choice(_DEPTHS)
            name = random.choice(names)
            text = f"<{name}>" * depth + text + f"</{name.partition(' ')[0]}>" * depth
        return as_bytes(random.choice(_HEADS) + text)

    return generate


def _text(random: Random) -> str:
    return random.choice(_TEXTS) if random.random() < 0.5 else odd_text(random)


def _attribute(random: Random, names: Sequence[str]) -> str:
    text = random.choice(names).partition(" ")[0] if random.random() < 0.6 else odd_text(random)
    return text.replace('"', "").replace("<", "")
