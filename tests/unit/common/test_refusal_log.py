"""Refused requests in the log: at once, and then as a number, in bounded memory."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from common.refusal_log import RefusalLog
from tests.support.virtual_time import in_virtual_time


@in_virtual_time
async def test_the_first_refusal_is_logged_at_once_and_the_others_as_a_number() -> None:
    refusals = RefusalLog()

    with capture_logs() as lines:
        for _ in range(120):
            refusals.record("192.0.2.7", "unauthorised", source="dime")
        at_once = list(lines)
        await asyncio.sleep(60)

    assert at_once == [
        {
            "event": "request refused",
            "log_level": "warning",
            "address": "192.0.2.7",
            "reason": "unauthorised",
            "source": "dime",
        }
    ]
    assert lines[1] == {
        "event": "requests refused again",
        "log_level": "warning",
        "address": "192.0.2.7",
        "reason": "unauthorised",
        "count": 119,
        "seconds": 60.0,
    }


@in_virtual_time
async def test_each_address_and_each_reason_has_a_line_of_its_own() -> None:
    refusals = RefusalLog()

    with capture_logs() as lines:
        for address in ("192.0.2.7", "192.0.2.8", "192.0.2.7"):
            for reason in ("unauthorised", "too large"):
                refusals.record(address, reason)

    assert [(line["address"], line["reason"]) for line in lines] == [
        ("192.0.2.7", "unauthorised"),
        ("192.0.2.7", "too large"),
        ("192.0.2.8", "unauthorised"),
        ("192.0.2.8", "too large"),
    ]


@in_virtual_time
async def test_addresses_of_one_ipv6_network_count_as_one_caller() -> None:
    refusals = RefusalLog()

    with capture_logs() as lines:
        for end in range(50):
            refusals.record(f"2001:db8:0:1::{end:x}", "unauthorised")

    assert len(lines) == 1


@in_virtual_time
async def test_a_thousand_addresses_log_a_bounded_number_of_lines() -> None:
    refusals = RefusalLog(max_callers=10)

    with capture_logs() as lines:
        for end in range(1_000):
            refusals.record(f"10.0.{end // 250}.{end % 250}", "unauthorised")
        await asyncio.sleep(60)

    assert (lines[-1]["address"], lines[-1]["count"]) == ("other addresses", 990)


@in_virtual_time
async def test_a_new_interval_logs_the_same_caller_again() -> None:
    refusals = RefusalLog()

    with capture_logs() as lines:
        refusals.record("192.0.2.7", "unauthorised")
        await asyncio.sleep(60)
        refusals.record("192.0.2.7", "unauthorised")

    assert [line["event"] for line in lines] == ["request refused"] * 2
