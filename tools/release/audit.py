"""Asks for known advisories against every dependency, for `make audit`.

pip-audit reads every requirement file, and npm the lock file of the website. A source that does
not answer in time is reported as "Not checked", and does not fail. A known advisory does
(OWASP ASVS 4.0.3, 14.2.1).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIMIT_S = 30
FILES = sorted((ROOT / "requirements").glob("*.txt"))
PIP_AUDIT = (
    *(sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"),
    *("--disable-pip", "--require-hashes", "--timeout", "10"),
)
NPM_AUDIT = (str(ROOT / "services" / "portal-web" / "npm"), "audit", "--json")


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of one source. ``not_checked`` names the packages without an answer."""

    advisories: list[str] = field(default_factory=list)
    not_checked: str = ""


def audit_python(command: Sequence[str] = PIP_AUDIT, limit_s: float = LIMIT_S) -> Audit:
    """Return the advisories against the packages of all requirement files."""
    files = [part for path in FILES for part in ("--requirement", str(path))]
    answer = _answer([*command, *files], limit_s)
    if answer is None:
        return Audit(not_checked="Python packages, because their advisory source does not answer")
    packages: list[dict[str, Any]] = answer.get("dependencies", [])
    skipped = sorted({package["name"] for package in packages if "skip_reason" in package})
    found = {
        f"{package['name']} {package['version']}: {advisory['id']}"
        f"{_fixed(advisory['fix_versions'])}"
        for package in packages
        for advisory in package.get("vulns", [])
    }
    reason = (
        f"{len(skipped)} of {len({package['name'] for package in packages})} Python packages, "
        "because their advisory source does not answer for them"
    )
    return Audit(sorted(found), reason if skipped or not packages else "")


def audit_website(command: Sequence[str] = NPM_AUDIT, limit_s: float = LIMIT_S) -> Audit:
    """Return the advisories against the packages of the website, and of its build."""
    answer = _answer(command, limit_s)
    if answer is None or "vulnerabilities" not in answer:
        return Audit(not_checked="npm packages, because their advisory source does not answer")
    found = {
        f"{name} {package['range']}: {cause['url']} ({cause['severity']})"
        for name, package in answer["vulnerabilities"].items()
        for cause in package["via"]
        if isinstance(cause, dict)
    }
    return Audit(sorted(found))


def _fixed(versions: Sequence[str]) -> str:
    return f", fixed in {', '.join(versions)}" if versions else ", not fixed yet"


def _answer(command: Sequence[str], limit_s: float) -> dict[str, Any] | None:
    try:
        done = subprocess.run(  # noqa: S603 - the callers name the program
            command, cwd=ROOT, capture_output=True, text=True, timeout=limit_s, check=False
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def main() -> int:
    """Print the results, and return 1 if there is a known advisory."""
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(audit_python), pool.submit(audit_website)]
        audits = [each.result() for each in running]
    advisories = [line for audit in audits for line in audit.advisories]
    for line in advisories:
        print(line)
    for audit in audits:
        if audit.not_checked:
            print(f"Not checked: {audit.not_checked}.")
    if not advisories and not any(audit.not_checked for audit in audits):
        print("No known advisories.")
    return 1 if advisories else 0


if __name__ == "__main__":
    sys.exit(main())
