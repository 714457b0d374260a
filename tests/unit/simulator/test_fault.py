"""Injected faults: their share of the calls, and invalid faults."""

from __future__ import annotations

import json

import pytest

from simulator.back_offices.fault import Fault, read_fault
from simulator.back_offices.fault_injector import FaultInjector
from simulator.errors import InvalidFieldError


def strikes(calls: int = 1_000, **fields: float) -> list[bool]:
    faults = FaultInjector(Fault(status=503, **fields))  # type: ignore[arg-type]
    return [faults.choose_fault() is not None for _ in range(calls)]


def test_a_fault_strikes_every_call_until_it_is_removed() -> None:
    assert all(strikes())


def test_a_fault_strikes_so_many_times_and_then_the_back_office_is_healthy() -> None:
    assert strikes(5, times=3) == [True, True, True, False, False]


def test_a_share_of_calls_is_struck_the_same_ones_for_the_same_seed() -> None:
    struck = strikes(share=0.1, seed=7)

    assert 60 <= sum(struck) <= 140
    assert struck == strikes(share=0.1, seed=7)
    assert struck != strikes(share=0.1, seed=8)


def test_share_and_times_together_end_after_so_many_strikes() -> None:
    assert sum(strikes(share=0.1, times=3)) == 3


def test_calls_can_pass_before_the_first_strike() -> None:
    assert strikes(after=2, times=3)[:6] == [False, False, True, True, True, False]


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"status": "often"}, "status"),
        ({"status": 200}, "status"),
        ({"status": 503, "share": 0}, "share"),
        ({"status": 503, "share": 1.5}, "share"),
        ({"status": 503, "times": 0}, "times"),
        ({"delay_s": -1}, "delay_s"),
        ({"reset": "yes"}, "reset"),
        ({"status": 503, "reset": True}, "reset"),
        ({"reset": True, "store_then_silence": True}, "store_then_silence"),
        ({"delay_s": 1, "retry_after_s": 1}, "retry_after_s"),
        ({"soap_fault": "Other"}, "soap_fault"),
        ({"soap_fault": "Dialog", "status": 500}, "soap_fault"),
        ({"odata_error": {"code": "x"}}, "odata_error.message"),
        ({"odata_error": {"code": "x", "message": "y", "status": 200}}, "odata_error.status"),
        ({"malformed": True, "no_location": True}, "no_location"),
        ({"malformed": True, "retry_after_s": 1}, "retry_after_s"),
        ({"oversized_bytes": 0}, "oversized_bytes"),
        ({"gzip_bomb": 10**10}, "gzip_bomb"),
        ({"drip_s": 0}, "drip_s"),
        ({"redirect_to": "elsewhere"}, "redirect_to"),
        ({"token_error": "invalid_scope", "status": 500}, "token_error"),
        ({"token_error": "Bad Words"}, "token_error"),
        ({"token_status": 400, "status": 500}, "token_status"),
        ({"delay_s": 1, "stored_first": True}, "stored_first"),
        ({"malformed": True, "stored_first": True}, "stored_first"),
        ({"status": 500, "fault_bytes": 9}, "fault_bytes"),
        ({"status": 500, "fault_form": "utf-16"}, "fault_form"),
        ({"location": "odd"}, "location"),
        ({"location": "broken", "body": "html"}, "body"),
        ({"closes_after": 0}, "closes_after"),
        ({"statsu": 503}, "statsu"),
        ({}, "body"),
        ([], "body"),
    ],
)
def test_a_bad_fault_is_refused_naming_the_field(fault: object, field: str) -> None:
    with pytest.raises(InvalidFieldError) as refused:
        read_fault(json.dumps(fault).encode())

    assert [e["field"] for e in refused.value.errors] == [field]
