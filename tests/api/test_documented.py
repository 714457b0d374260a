"""The examples of docs/api.md, docs/ingest.md and docs/migration.md, run as an integrator would."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders import a_snapshot
from tests.support.curl_examples import ROOT, examples, read
from tests.support.system import API_KEY, SECRET, System

DOCS = ROOT / "docs"
EXAMPLES = [*examples(DOCS / "api.md"), *examples(DOCS / "ingest.md")]


@pytest.fixture(scope="module")
async def delivery_id(fuzzed_system: System) -> str:
    """A delivery to a connector that is disabled, so that no back office has to run."""
    await fuzzed_system.connector(
        source_app="disabled", enabled=False, uri="http://127.0.0.1:9/hook"
    )
    transaction = await fuzzed_system.change("create", a_snapshot(source_app="disabled"))
    return str((await fuzzed_system.delivery(transaction, "MBOC Publish Disabled"))["delivery_id"])


@pytest.mark.parametrize("line", EXAMPLES)
async def test_each_example_of_the_page_works(
    fuzzed_system: System, delivery_id: str, line: str
) -> None:
    portal, ingest = fuzzed_system.services["portal-api"].url, fuzzed_system.services["ingest"].url
    values = {
        "PORTAL": portal,
        "KEY": API_KEY,
        "DELIVERY": delivery_id,
        "INGEST": ingest,
        "SOURCE": "demo",
        "SECRET": SECRET,
    }

    status, answer = await read(line, values).run(fuzzed_system.http)

    assert status in {200, 201, 202}, answer
    assert answer


async def test_the_api_answers_the_problem_of_the_page(fuzzed_system: System) -> None:
    shown = (DOCS / "api.md").read_text().partition("```json\n")[2].partition("```")[0]

    status, answer = await fuzzed_system.api("GET", "/deliveries?limit=1000")

    assert (status, answer) == (422, json.loads(shown))


async def test_the_sample_file_of_connectors_is_imported(fuzzed_system: System) -> None:
    body = (DOCS / "samples" / "connectors.csv").read_bytes()

    status, imported = await fuzzed_system.api(
        "POST", "/connectors/import", data=body, headers={"Content-Type": "text/csv"}
    )

    assert (status, imported["done"]) == (200, True), imported
    _, page = await fuzzed_system.api("GET", "/connectors")
    ours = [
        connector
        for connector in page["items"]
        if connector["name"].startswith("CRONUS ") and not connector["enabled"]
    ]
    assert {(c["system"], c["api_type"], c["authentication"]["type"]) for c in ours} == {
        ("Business Central", "SOAP", "NTLM"),
        ("Business Central", "REST", "Microsoft Entra ID"),
        ("NAV", "SOAP", "Windows"),
        ("Webhook", "REST", "None"),
    }


async def mboc(system: System, *words: str) -> str:
    """Run one command and return its exit code and output."""
    told = os.environ | {"MBOC_URL": system.services["portal-api"].url, "MBOC_API_KEY": API_KEY}
    pipe, command = asyncio.subprocess.PIPE, Path(sys.executable).with_name("mboc")
    process = await asyncio.create_subprocess_exec(
        command,
        *words,
        env=told,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()


async def test_a_migration_sends_only_the_appointments_that_the_plugin_did_not_send(
    fuzzed_system: System,
) -> None:
    await fuzzed_system.start("simulator")
    connector_id = await fuzzed_system.hook("moving", enabled=False)
    for modified in ("2026-07-21T14:00:00", "2026-07-21T14:01:00"):
        await fuzzed_system.delivery(
            await fuzzed_system.change("update", a_snapshot(1, modified, "moving")),
            "MBOC Publish Disabled",
        )
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for modified in ("2026-07-21T14:02:00", "2026-07-21T14:03:00"):
        await fuzzed_system.delivery(
            await fuzzed_system.change("update", a_snapshot(1, modified, "moving")),
            "MBOC Publish Disabled",
        )

    for line in re.findall(
        r"^mboc (?:transactions archive|connectors enable|errors retry) .*$",
        (DOCS / "migration.md").read_text(),
        re.MULTILINE,
    ):
        words = shlex.split(
            line.replace(" ID", f" {connector_id}").replace("2026-07-21T18:00:00Z", moment)
        )[1:]
        await mboc(fuzzed_system, *words, *(["--yes"] if words[0] != "connectors" else []))
        if words[0] == "connectors":
            await fuzzed_system.until_used(
                (await fuzzed_system.api("GET", f"/connectors/{connector_id}"))[1]
            )

    sent = [
        json.loads(record["body"])["LastModifiedDate"]
        for record in (await fuzzed_system.simulated("GET", "moving", "/records"))["records"]
    ]
    await fuzzed_system.stop("simulator")
    assert sent in (["2026-07-21T14:02:00", "2026-07-21T14:03:00"], ["2026-07-21T14:03:00"])
    left = {found["status"] for found in await fuzzed_system.deliveries(connector_id=connector_id)}
    assert left <= {"Success", "Skipped"}
