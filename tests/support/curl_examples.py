"""Runs the `curl` lines of a page, so that its examples are correct. The machine needs no curl."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import NamedTuple

import aiohttp

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = ("--fail", "--no-buffer")


class CurlExample(NamedTuple):
    """One `curl` line as a request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    async def run(self, http: aiohttp.ClientSession) -> tuple[int, str]:
        """Send the request and return the answer's status and text."""
        async with http.request(
            self.method, self.url, headers=self.headers, data=self.body
        ) as answer:
            return answer.status, await answer.text()


def examples(page: Path) -> list[str]:
    """Return the curl lines of a page."""
    return [
        line
        for block in BLOCK.findall(page.read_text())
        for line in block.splitlines()
        if line.startswith("curl ")
    ]


def read(line: str, values: Mapping[str, str]) -> CurlExample:
    """Return the request of a line, with values for its variables. Raises ValueError for an unknown
    option.
    """
    words = iter(shlex.split(Template(line).substitute(values))[1:])
    method, url, headers, body = "", "", dict[str, str](), None
    for word in words:
        match word:
            case "--header":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "--json":
                body, headers["Content-Type"] = next(words).encode(), "application/json"
            case "--data-binary":
                body = _data(words)
            case "--request":
                method = next(words)
            case _ if word in FLAGS:
                pass
            case _ if word.startswith("-"):
                raise ValueError(f"{word} is not known here")
            case _:
                url = word
    return CurlExample(method or ("GET" if body is None else "POST"), url, headers, body)


def _data(words: Iterator[str]) -> bytes:
    word = next(words)
    return (ROOT / word[1:]).read_bytes() if word.startswith("@") else word.encode()
