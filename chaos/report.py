"""The report of a run, which chaos.json stores and chaos.html shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chaos.evidence import Evidence
    from chaos.run import Run
    from chaos.verdict import Verdict


def report(
    run: Run,
    evidence: Evidence,
    verdicts: Sequence[Verdict],
    versions: Mapping[str, str | None],
) -> dict[str, Any]:
    """Return the report of a run. Times are seconds since its beginning."""
    began_s = run.began_s
    held = sum(verdict.held for verdict in verdicts)
    return {
        "options": _shown(asdict(run.options)),
        "versions": dict(versions),
        "took_s": round(evidence.ended_s - began_s, 1),
        "held": held,
        "broken": len(verdicts) - held,
        "promises": [verdict._asdict() for verdict in verdicts],
        "accepted": len(evidence.accepted),
        "posts_repeated": run.poster.refused,
        "calls": len(evidence.calls),
        "stored": sum(call.stored for call in evidence.calls),
        "statuses": Counter(one["status"] or one["phase"] for one in evidence.deliveries),
        "troubles": [
            {
                "kind": disruption.kind,
                "target": disruption.target,
                "began_s": round(disruption.began_s - began_s, 2),
                "ended_s": round(disruption.ended_s - began_s, 2),
            }
            for disruption in sorted(
                evidence.disruptions, key=lambda disruption: disruption.began_s
            )
        ],
        "starts": [
            start._asdict() | {"at_s": round(start.at_s - began_s, 2)} for start in evidence.starts
        ],
        "accepted_per_second": _per_second((one.at_s for one in evidence.accepted), began_s),
        "delivered_per_second": _per_second(
            (call.at_s for call in evidence.calls if call.stored), began_s
        ),
    }


def _shown(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options for JSON. Addresses and commands are only shown as given or not, because
    they may hold passwords.
    """
    given = {name: bool(value) for name, value in options.items() if isinstance(value, str)}
    return options | given | {"out": str(options["out"]), "without": sorted(options["without"])}


def _per_second(moments: Iterable[float], began_s: float) -> list[int]:
    counts = Counter(int(moment - began_s) for moment in moments)
    return [counts[second] for second in range(max(counts, default=-1) + 1)]
