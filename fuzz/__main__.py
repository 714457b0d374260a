"""``make fuzz``: sends inputs to every parser, prints one line for each, and saves the inputs that
failed.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from fuzz.options import read_options
from fuzz.pool import parsers, results
from fuzz.report import HEAD, line_of, save

if TYPE_CHECKING:
    from fuzz.options import Options


def fuzz(options: Options) -> bool:
    """Do one run, and return whether every parser passed."""
    shutil.rmtree(options.out, ignore_errors=True)
    print(HEAD, flush=True)
    sentences = []
    for name, result in results(options, options.parsers or tuple(parsers())):
        print(line_of(name, result), flush=True)
        found = result.failures.values()
        sentences += [save(options, parsers()[name], failure) for failure in found]
    print("\n".join(sentences) or "Every parser passed.")
    return not sentences


def main() -> None:
    """Run, and end with exit code 1 after a failure, or 2 for an unknown parser."""
    options = read_options()
    if unknown := set(options.parsers) - parsers().keys():
        print(f"There is no parser {', '.join(sorted(unknown))}. There are:", *parsers(), sep="\n")
        sys.exit(2)
    sys.exit(0 if fuzz(options) else 1)


if __name__ == "__main__":
    main()
