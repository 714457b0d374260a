"""`mboc errors retry` and its sisters: the plan, the confirmation, the progress and the exit
code.
"""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.operations import begin_operation, make_failed_deliveries, wait_for_state
from tests.support.system import API_KEY, System


@pytest.fixture(scope="module", autouse=True)
async def retry(system: System) -> AsyncIterator[None]:
    await system.start("retry")
    yield
    await system.stop("retry")


async def mboc(system: System, *words: str) -> tuple[int, str]:
    """Run one command without a terminal, and return its exit code and output."""
    told = os.environ | {
        "MBOC_URL": system.services["portal-api"].url,
        "MBOC_API_KEY": API_KEY,
        "COLUMNS": "300",
    }
    command = Path(sys.executable).with_name("mboc")
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        command, *words, env=told, stdin=nothing, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def test_errors_are_retried_after_a_confirmation_and_followed_to_the_end(
    system: System, app: str
) -> None:
    await make_failed_deliveries(system, app, 3)

    unsure = await mboc(system, "errors", "retry", "--source-app", app)
    sure = await mboc(
        system,
        "errors",
        "retry",
        "--source-app",
        app,
        "--yes",
        "--per-second",
        "100",
        "--stop-at-failure-share",
        "0.5",
    )

    assert (unsure[0], "3 deliveries" in unsure[1], unsure[1].splitlines()[-1]) == (
        1,
        True,
        "Nothing was done. Without a terminal, add --yes to confirm.",
    )
    assert (sure[0], sure[1].splitlines()[-1].partition(" is ")[2]) == (0, "done: 3 succeeded.")
    assert (await mboc(system, "errors", "retry", "--source-app", app, "--yes"))[
        1
    ].strip() == "Nothing to retry."


async def test_ctrl_c_ends_the_question_at_once_and_nothing_is_done(
    system: System, app: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    terminal, inside = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("mboc"),
        *("transactions", "retry", delivery_id),
        env=os.environ | {"MBOC_URL": system.services["portal-api"].url, "MBOC_API_KEY": API_KEY},
        stdin=inside,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None

    await process.stderr.readuntil(b"Retry them? [y/N] ")
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(10):
        rest = await process.stderr.read()
        code = await process.wait()
    os.close(inside)
    os.close(terminal)

    assert (code, rest.strip()) == (130, b"")


async def test_a_failure_is_an_exit_code_and_its_reason_is_listed(system: System, app: str) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    await system.simulated("PUT", app, "/faults", json={"status": 400})

    code, said = await mboc(system, "transactions", "retry", delivery_id, "--yes")
    operation_id = said.splitlines()[-1].split()[1]
    _, lines = await mboc(
        system, "operations", "items", operation_id, "--outcome", "failed", "--json"
    )

    assert (code, said.splitlines()[-1].partition(" is ")[2]) == (1, "done: 1 failed.")
    assert json.loads(lines)["message"].startswith("[DSWBHK020]")
    assert operation_id in (await mboc(system, "operations", "list", "--kind", "retry"))[1]
    assert (
        json.loads((await mboc(system, "operations", "show", operation_id))[1])["counts"]["failed"]
        == 1
    )


async def test_transactions_are_archived_and_restored(system: System, app: str) -> None:
    await make_failed_deliveries(system, app, 2)

    archived = await mboc(system, "errors", "archive", "--source-app", app, "--yes")
    restored = await mboc(system, "transactions", "restore", "--source-app", app, "--yes")

    assert [said.splitlines()[-1].partition(" is ")[2] for _, said in (archived, restored)] == [
        "done: 2 succeeded."
    ] * 2


async def test_an_operation_is_paused_resumed_and_cancelled(system: System, app: str) -> None:
    await make_failed_deliveries(system, app, 10)
    operation = await begin_operation(system, filter={"source_app": app}, per_second=0.5)
    operation_id = operation["operation_id"]

    assert (await mboc(system, "operations", "pause", operation_id))[0] == 0
    await wait_for_state(system, operation, ["paused"])
    code, said = await mboc(system, "operations", "follow", operation_id)
    assert (code, "paused" in said, "Paused by PORTAL_API_KEY." in said) == (1, True, True)
    assert (await mboc(system, "operations", "resume", operation_id))[0] == 0
    await wait_for_state(system, operation, ["running"])
    assert (await mboc(system, "operations", "cancel", operation_id))[0] == 0
    await wait_for_state(system, operation)
    code, said = await mboc(system, "operations", "pause", operation_id)
    assert (code, said.strip()) == (
        1,
        "The operation is cancelled, and pause is not possible now: read the operation again",
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("transactions", "retry"), "give at least one filter"),
        (("errors", "retry", "some.c1", "--code", "DSWBHK020"), "not both"),
        (("transactions", "retry", "none.such", "--yes"), "There is no delivery none.such"),
        (("errors", "retry", "--status", "Odd"), "filter.status"),
    ],
)
async def test_a_refusal_is_a_sentence_and_an_exit_code(
    system: System, words: tuple[str, ...], sentence: str
) -> None:
    code, said = await mboc(system, *words)

    assert (code, sentence in said, "Traceback" in said) == (1, True, False)
