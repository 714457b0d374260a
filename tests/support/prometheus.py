"""A real Prometheus with the shipped configuration and rules, in which minutes pass in seconds."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from local_stack.processes import ManagedProcess
from local_stack.servers.packages import install
from local_stack.servers.ports import random_free_port
from tests.support.system import until
from tools.deploy.dashboards import MONITORING

EVERY = "1s"
SECONDS_A_MINUTE = 2
SHORTEST_WINDOW_S = 8
"""Shortest window of a rate. A service retries an unavailable MongoDB every seven seconds."""
DISCOVERY = re.compile(r"    dns_sd_configs:\n      - names: \[(\S+)\]\n(?:        .+\n)+")


async def promtool(*words: str | Path) -> tuple[int, str]:
    """Run promtool and return its exit code and output."""
    await have_prometheus()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "promtool", *words, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return await process.wait(), said.decode()


async def have_prometheus() -> None:
    """Install Debian's package where Prometheus is missing."""
    if shutil.which("prometheus") is None:
        await install("prometheus")


def hurried(rules: str) -> str:
    """Return the rules with seconds instead of minutes in their durations and windows."""
    waited = re.sub(r"(for: )(\d+)m\b", r"\1\2s", rules)
    return re.sub(
        r"\[(\d+)m\]",
        lambda found: f"[{max(SECONDS_A_MINUTE * int(found[1]), SHORTEST_WINDOW_S)}s]",
        waited,
    )


class Prometheus:
    """Scrapes the instances of each job every second."""

    def __init__(self, directory: Path, http: aiohttp.ClientSession) -> None:
        self._directory = directory
        self._http = http
        self._port = random_free_port()
        self._process: ManagedProcess | None = None

    async def start(self) -> None:
        """Start Prometheus with the shipped configuration and short intervals."""
        await have_prometheus()
        (self._directory / "rules").mkdir(parents=True)
        (self._directory / "targets").mkdir()
        for file in (MONITORING / "rules").glob("*.yaml"):
            (self._directory / "rules" / file.name).write_text(hurried(file.read_text()))
        config = self._directory / "prometheus.yml"
        config.write_text(self._config())
        where = [
            f"--config.file={config}",
            f"--storage.tsdb.path={self._directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
        ]
        self._process = await ManagedProcess.start(
            "Prometheus",
            ["prometheus", *where, "--log.level=warn"],
            {},
            self._directory / "prometheus.log",
        )
        await self._process.until(self._answers, 30)

    async def stop(self) -> None:
        """Stop Prometheus."""
        if self._process is not None:
            await self._process.stop()

    def watch(self, job: str, instances: Mapping[str, str]) -> None:
        """Replace the scraped instances of a job."""
        targets = [
            {"targets": [url.removeprefix("http://")], "labels": {"instance": name}}
            for name, url in instances.items()
        ]
        file = self._directory / "targets" / f"{job}.json"
        file.with_suffix(".new").write_text(json.dumps(targets))
        file.with_suffix(".new").replace(file)

    async def query(self, expr: str) -> list[dict[str, Any]]:
        """Return the results of the expression, each as `{"metric": labels, "value": [moment,
        text]}`.
        """
        found: list[dict[str, Any]] = (await self._ask("query", query=expr))["result"]
        return found

    async def rules(self) -> list[dict[str, Any]]:
        """Return all rules."""
        return [rule for group in (await self._ask("rules"))["groups"] for rule in group["rules"]]

    async def firing(self, alert: str, **labels: str) -> dict[str, Any] | None:
        """Return the alert with these labels if it fires."""
        for found in (await self._ask("alerts"))["alerts"]:
            if (
                found["state"] == "firing"
                and ({"alertname": alert} | labels).items() <= found["labels"].items()
            ):
                return dict(found)
        return None

    async def until_firing(self, alert: str, **labels: str) -> dict[str, Any]:
        """Wait until the alert fires, and return the alert."""
        return await until(lambda: self.firing(alert, **labels), f"{alert} {labels} to fire")

    async def until_data(self, expr: str) -> list[dict[str, Any]]:
        """Wait until the expression has results, and return them."""
        return await until(lambda: self.query(expr), f"data for {expr}")

    def _config(self) -> str:
        shipped = (MONITORING / "prometheus.yml").read_text()
        assert DISCOVERY.search(shipped)
        quick = re.sub(r"(_interval: )15s", rf"\g<1>{EVERY}", shipped)
        return DISCOVERY.sub(
            lambda found: (
                f"    file_sd_configs:\n      - files: [targets/{found[1]}.json]\n        "
                "refresh_interval: 1s\n"
            ),
            quick,
        )

    async def _ask(self, what: str, **parameters: str) -> dict[str, Any]:
        async with self._http.get(
            f"http://127.0.0.1:{self._port}/api/v1/{what}", params=parameters
        ) as answer:
            told = await answer.json()
            assert told["status"] == "success", (parameters, told)
            return dict(told["data"])

    async def _answers(self) -> bool:
        try:
            async with self._http.get(f"http://127.0.0.1:{self._port}/-/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


def shown(dashboard: dict[str, Any], **variables: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the title and the target of each panel, with values for Grafana's variables."""
    values = {"$__rate_interval": f"{SHORTEST_WINDOW_S}s", "$__range": "30s"} | variables
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            expr = target["expr"]
            for name, value in values.items():
                expr = expr.replace(name, value)
            yield panel["title"], target | {"expr": expr}
