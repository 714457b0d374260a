from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from mboc_client.commands.root import mboc

BIN = Path(sys.executable).parent
COMPLETED = """
PATH="$1:$PATH"
source <(mboc completion bash)
COMP_WORDS=(mboc "${@:2}"); COMP_CWORD=$(($# - 1))
_mboc_completion mboc
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completions(*words: str) -> list[str]:
    shell = ShellComplete(mboc, {}, "mboc", "_MBOC_COMPLETE")
    return [found.value for found in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str) -> None:
    printed = CliRunner().invoke(mboc, ["completion", shell], prog_name="mboc").output

    assert f"_MBOC_COMPLETE={shell}_complete" in printed


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("tr",), ["transactions"]),
        (("transactions", "re"), ["request", "retry", "restore"]),
        (("transactions", "list", "--status", "s"), ["Success", "Skipped"]),
        (("transactions", "list", "--archived", ""), ["true", "false"]),
        (("logs", "tail", "-l", "w"), ["warning"]),
        (("figures", "--step", ""), ["minute", "hour", "day"]),
    ],
)
def test_words_and_values_are_completed(words: tuple[str, ...], found: list[str]) -> None:
    assert completions(*words) == found


def test_long_options_are_completed() -> None:
    assert {"--status", "--json", "--most", "--limit"} <= set(
        completions("transactions", "list", "--")
    )


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash completes here")
def test_bash_completes_with_the_script_that_is_printed() -> None:
    words = ["transactions", "list", "--status", "MBOC"]

    printed = subprocess.run(  # noqa: S603 - our own script
        ["bash", "-c", COMPLETED, "bash", str(BIN), *words],  # noqa: S607 - the shell of the user
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert printed.splitlines() == [r"MBOC\ Publish\ Disabled", r"MBOC\ Not\ Provided"]


def test_help_does_not_import_slow_modules() -> None:
    slow = {"aiohttp", "asyncio", "rich.console", "importlib.metadata"}
    script = f"import sys, mboc_client.app; print(*{slow} & set(sys.modules))"

    printed = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout

    assert printed.strip() == ""
