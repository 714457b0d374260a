from __future__ import annotations

import json
import logging

import structlog

from common.logs import configure_logs
from common.stack_trace import stack_trace_of

SECRET = "made-up lantern walrus"


def failing() -> Exception:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise RuntimeError(f"cannot read {SECRET}") from error
    except RuntimeError as error:
        return error
    raise AssertionError


def test_a_stack_trace_names_place_and_types_and_quotes_no_value() -> None:
    trace = stack_trace_of(failing())

    assert "in failing" in trace
    assert trace.splitlines()[-1] == "RuntimeError"
    assert "ValueError" in trace
    assert SECRET not in trace


def test_a_log_line_of_an_error_quotes_no_value() -> None:
    lines: list[str] = []
    handlers = logging.getLogger().handlers[:]
    configure_logs("dispatcher", "one", "INFO", lines.append)
    error = failing()

    try:
        logging.getLogger("library").error("failed", exc_info=error)
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers[:] = handlers

    line = json.loads(lines[-1])
    assert "RuntimeError" in line["exception"]
    assert SECRET not in lines[-1]
