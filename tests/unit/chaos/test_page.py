"""The page of a run: complete, and a single file."""

from __future__ import annotations

from typing import Any

from lxml import html

from chaos.page import page

REPORT: dict[str, Any] = {
    "options": {"seed": 4, "dispatchers": 3},
    "versions": {"rabbitmq": "3.10.8", "mongodb": "6.0.5"},
    "took_s": 12.5,
    "held": 1,
    "broken": 1,
    "promises": [
        {"promise": "Nothing is lost", "held": True, "figure": "0 of 9", "examples": []},
        {"promise": "Nothing stale", "held": False, "figure": "1 of 9", "examples": ["<7> & 8"]},
    ],
    "accepted": 9,
    "posts_repeated": 2,
    "calls": 11,
    "stored": 10,
    "troubles": [
        {"kind": "ingest killed", "target": "1", "began_s": 1.0, "ended_s": 3.5},
        {"kind": "back office answers 500", "target": "bc-one", "began_s": 2, "ended_s": 4},
    ],
    "accepted_per_second": [4, 5],
    "delivered_per_second": [3, 4, 3],
}


def test_the_page_shows_promises_figures_and_disruptions() -> None:
    text = html.fromstring(page(REPORT)).text_content()

    for part in ("1 held, 1 broken", "Nothing stale", "<7> & 8", "RabbitMQ 3.10.8", "bc-one"):
        assert part in text


def test_the_plot_has_two_lines_and_a_band_for_each_disruption() -> None:
    found = html.fromstring(page(REPORT))

    assert len(found.xpath("//polyline")) == 2
    assert [title.text for title in found.xpath("//rect/title")] == [
        "ingest killed 1 at 1.0 s",
        "back office answers 500 bc-one at 2 s",
    ]


def test_the_page_loads_nothing_from_elsewhere() -> None:
    found = html.fromstring(page(REPORT))

    assert not found.xpath("//*[@src or @href]")
    assert not found.xpath("//script")
    assert "url(" not in page(REPORT)


def test_a_run_without_a_single_change_has_a_page_too() -> None:
    nothing: dict[str, Any] = {
        "accepted_per_second": [],
        "delivered_per_second": [],
        "troubles": [],
    }

    assert "Disruptions" in page(REPORT | nothing)
