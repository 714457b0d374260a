"""The examples of docs/api.md, and the sample of docs/migration.md, as an integrator would try them."""

from __future__ import annotations

import json

import pytest

from tests.support.curl import ROOT, examples, read
from tests.support.system import API_KEY, System

DOCS = ROOT / "docs"
EXAMPLES = examples(DOCS / "api.md")


@pytest.mark.parametrize("line", EXAMPLES)
async def test_an_example_does_what_the_page_says(apart: System, known: dict[str, str], line: str) -> None:
    values = {"PORTAL": apart.services["portal-api"].url, "KEY": API_KEY, "DELIVERY": known["delivery_id"]}

    status, answer = await read(line, values).run(apart.http)

    assert status in {200, 201, 202}, answer
    assert answer


async def test_the_problem_that_the_page_shows_is_what_is_answered(apart: System) -> None:
    shown = (DOCS / "api.md").read_text().partition("```json\n")[2].partition("```")[0]

    status, answer = await apart.api("GET", "/deliveries?limit=1000")

    assert (status, answer) == (422, json.loads(shown))


async def test_the_sample_file_of_connectors_is_imported(apart: System) -> None:
    body = (DOCS / "samples" / "connectors.csv").read_bytes()

    status, imported = await apart.api("POST", "/connectors/import", data=body, headers={"Content-Type": "text/csv"})

    assert (status, imported["done"]) == (200, True), imported
    _, page = await apart.api("GET", "/connectors")
    ours = [connector for connector in page["items"] if connector["name"].startswith("CRONUS ") and not connector["enabled"]]
    assert {(c["system"], c["api_type"], c["authentication"]["type"]) for c in ours} == {
        ("Business Central", "SOAP", "NTLM"),
        ("Business Central", "REST", "Microsoft Entra ID"),
        ("NAV", "SOAP", "Windows"),
        ("Webhook", "REST", "None"),
    }
