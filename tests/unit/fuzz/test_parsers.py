"""Every parser of foreign input raises documented errors alone, within its limit of time."""

from __future__ import annotations

import pytest

from fuzz.parser import Parser
from fuzz.run import send_inputs
from fuzz.targets import all_parsers

PARSERS = all_parsers()
INPUTS = 300
SEED = 14


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)
def test_a_parser_takes_any_input(parser: Parser) -> None:
    result = send_inputs(parser, SEED, range(INPUTS))

    assert {kind: failure.details for kind, failure in result.failures.items()} == {}
    assert result.inputs == INPUTS
