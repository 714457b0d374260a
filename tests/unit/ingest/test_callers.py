"""Callers with wrong secrets: answered, slowed down, logged, and no obstacle for the right one."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from prometheus_client import REGISTRY
from starlette.responses import Response
from structlog.testing import capture_logs

from ingest.callers import Callers
from ingest.wrong_secrets import FREE, INTERVAL_S, MAX_NETWORKS, WrongSecrets

SECRET = b"made-up-secret-of-a-test-0f9d3b71"
RIGHT, WRONG = {b"x-api-key": SECRET}, {b"x-api-key": b"a-guess"}
PROXIES = [ip_network("10.2.0.0/24")]


def a_scope(address: str, forwarded: str = "") -> dict[str, Any]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"type": "http", "client": (address, 4711), "headers": headers}


def statuses(callers: Callers, scope: dict[str, Any], times: int) -> list[int]:
    answers = [callers.refusal_of(scope, "dime", WRONG) for _ in range(times)]
    return [answer.status_code if isinstance(answer, Response) else 200 for answer in answers]


def test_wrong_secrets_of_one_network_are_answered_429_after_ten() -> None:
    callers = Callers({"dime": SECRET}, ())

    found = statuses(callers, a_scope("192.0.2.7"), FREE + 3)

    assert found == [401] * FREE + [429] * 3
    refusal = callers.refusal_of(a_scope("192.0.2.7"), "dime", WRONG)
    assert refusal is not None
    assert 1 <= int(refusal.headers["retry-after"]) <= INTERVAL_S


def test_the_right_secret_is_accepted_from_the_address_of_a_guesser() -> None:
    callers = Callers({"dime": SECRET}, ())
    statuses(callers, a_scope("192.0.2.7"), 1_000)

    assert callers.refusal_of(a_scope("192.0.2.7"), "dime", RIGHT) is None


def test_guesses_count_by_the_address_that_a_trusted_proxy_names() -> None:
    callers = Callers({"dime": SECRET}, PROXIES)
    statuses(callers, a_scope("10.2.0.9", "192.0.2.7"), FREE)

    assert statuses(callers, a_scope("10.2.0.9", "192.0.2.8"), 1) == [401]
    assert statuses(callers, a_scope("10.2.0.9", "192.0.2.7"), 1) == [429]


def test_a_caller_cannot_choose_its_address() -> None:
    callers = Callers({"dime": SECRET}, PROXIES)
    for end in range(FREE):
        statuses(callers, a_scope("192.0.2.7", f"198.51.100.{end}"), 1)

    assert statuses(callers, a_scope("192.0.2.7", "198.51.100.99"), 1) == [429]


def test_guesses_are_forgotten_after_the_interval() -> None:
    now = 0.0
    wrong = WrongSecrets(lambda: now)
    for _ in range(FREE):
        wrong.record("192.0.2.7")
    assert wrong.record("192.0.2.7") == INTERVAL_S

    now = INTERVAL_S

    assert wrong.record("192.0.2.7") is None


def test_the_counts_of_many_networks_have_a_bound() -> None:
    wrong = WrongSecrets()
    for number in range(MAX_NETWORKS + 500):
        wrong.record(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert len(wrong._counts) == MAX_NETWORKS


async def test_a_refusal_is_counted_and_logged_with_its_address_but_without_the_secret() -> None:
    callers = Callers({"dime": SECRET}, ())
    before = refused("unauthorised")

    with capture_logs() as lines:
        for _ in range(120):
            callers.record_refusal(a_scope("192.0.2.7"), 401)

    assert refused("unauthorised") == before + 120
    assert [(line["address"], line["reason"]) for line in lines] == [("192.0.2.7", "unauthorised")]


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("mboc_ingest_refused_total", {"reason": reason}) or 0
