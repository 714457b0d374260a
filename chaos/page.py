"""The HTML page of a run: promises with their figures, a time line, the disruptions. It is one file
without external content.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from chaos.plot import plot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STYLE = """
:root { color-scheme: light dark; --held: #2f9e44; --broken: #e03131; --line: #8886; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1080px; margin: 2rem auto; }
body { padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; }
tr { border-bottom: 1px solid var(--line); }
.held { color: var(--held); font-weight: 600; } .broken { color: var(--broken); font-weight: 600; }
ul { margin: .3rem 0 0; padding-left: 1.2rem; font-size: .85rem; opacity: .8; }
svg { width: 100%; height: auto; } svg text { fill: currentColor; font-size: 12px; }
"""


def page(report: Mapping[str, Any]) -> str:
    """Return the page of a report."""
    title = f"Chaos run: {report['held']} held, {report['broken']} broken"
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{escape(_summary(report))}</p>",
            "<h2>Promises</h2>",
            _table(("", "Promise", "Figure"), map(_promise, report["promises"])),
            "<h2>Accepted and delivered per second</h2>",
            plot(report),
            "<h2>Disruptions</h2>",
            _table(
                ("Began", "Took", "Disruption", "Target"), map(_disruption_row, report["troubles"])
            ),
            "</body></html>",
            "",
        )
    )


def _summary(report: Mapping[str, Any]) -> str:
    options, versions = report["options"], report["versions"]
    return (
        f"{report['accepted']} changes accepted, {report['posts_repeated']} posts repeated, "
        f"{report['calls']} calls received, {report['stored']} stored, in {report['took_s']} s. "
        f"Seed {options['seed']}, {options['dispatchers']} dispatchers, "
        f"RabbitMQ {versions['rabbitmq']}, MongoDB {versions['mongodb']}."
    )


def _promise(promise: Mapping[str, Any]) -> tuple[str, str, str]:
    word = "held" if promise["held"] else "broken"
    examples = "".join(f"<li>{escape(one)}</li>" for one in promise["examples"])
    return (
        f'<span class="{word}">{word}</span>',
        escape(promise["promise"]),
        escape(promise["figure"]) + (f"<ul>{examples}</ul>" if examples else ""),
    )


def _disruption_row(disruption: Mapping[str, Any]) -> tuple[str, str, str, str]:
    target = disruption["target"]
    return (
        f"{disruption['began_s']:.1f} s",
        f"{disruption['ended_s'] - disruption['began_s']:.1f} s",
        escape(disruption["kind"]),
        "" if target.isdigit() else escape(target),
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, whose cells are HTML."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
