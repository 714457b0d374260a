"""The report of a run."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from chaos.evidence import Start
from chaos.options import Options
from chaos.promises import judge
from chaos.report import report
from tests.unit.chaos.seen import a_call, a_change, a_kill, seen

if TYPE_CHECKING:
    from chaos.run import Run

ADDRESS = "amqp://user:made-up-password@there/"


def test_the_document_holds_figures_by_second_and_no_address() -> None:
    options = Options(rabbitmq_url=ADDRESS, restart_rabbitmq=f"restart {ADDRESS}")
    run = cast(
        "Run", SimpleNamespace(options=options, began_s=1.0, poster=SimpleNamespace(refused=2))
    )
    evidence = seen(
        [a_change(2), a_change(3)],
        [a_call(3), a_call(3, at_s=3.5)],
        disruptions=[a_kill(4.0)],
        starts=[Start("dispatcher-1", 6.0, 0.5)],
    )

    text = json.dumps(report(run, evidence, judge(evidence), {"rabbitmq": "4.1"}))
    found = json.loads(text)

    assert "made-up-password" not in text
    assert (found["accepted_per_second"], found["delivered_per_second"]) == ([0, 1, 1], [0, 0, 2])
    assert found["troubles"][0]["began_s"] == 3.0
    assert found["held"] + found["broken"] == len(found["promises"])
