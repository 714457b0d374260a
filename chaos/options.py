"""The command line of a run."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chaos.disruptions import Group

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run. Empty addresses mean servers of the run itself."""

    changes: int = 20_000
    seed: int = 1
    dispatchers: int = 3
    rate: float = 0.0
    settle_s: float = 240.0
    rabbitmq_url: str = ""
    mongodb_url: str = ""
    restart_rabbitmq: str = ""
    restart_mongodb: str = ""
    alarm_on: str = ""
    alarm_off: str = ""
    without: frozenset[Group] = field(default_factory=frozenset)
    out: Path = Path(".run")


def read_options(words: Sequence[str] | None = None) -> Options:
    """Return the options of the command line, or end the program when one is wrong."""
    return Options(**vars(_parser().parse_args(words)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chaos",
        description="Disrupt the system under load, and check the promises of the design.",
    )
    _how_much(parser)
    _on_which_servers(parser)
    return parser


def _how_much(parser: argparse.ArgumentParser) -> None:
    default = Options()
    parser.add_argument(
        "--changes", type=_at_least_one, default=default.changes, help="changes to post"
    )
    parser.add_argument(
        "--seed", type=int, default=default.seed, help="seed of the schedule, which repeats it"
    )
    parser.add_argument(
        "--dispatchers", type=_at_least_one, default=default.dispatchers, help="replicas"
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=default.rate,
        help="most changes a second; 0 = as many as the disruptions allow",
    )
    parser.add_argument(
        "--settle-s",
        type=float,
        default=default.settle_s,
        help="seconds to wait at the end until no delivery is under way",
    )
    parser.add_argument(
        "--without",
        type=_groups,
        default=default.without,
        help=f"kinds of disruption to exclude, comma separated: {', '.join(Group)}",
    )
    parser.add_argument(
        "--out", type=Path, default=default.out, help="folder of chaos.json and chaos.html"
    )


def _on_which_servers(parser: argparse.ArgumentParser) -> None:
    for name, meaning in (
        ("--rabbitmq-url", "a RabbitMQ to use instead of starting one"),
        ("--mongodb-url", "a MongoDB replica set to use instead of starting one"),
        ("--restart-rabbitmq", "the command that restarts the given RabbitMQ"),
        ("--restart-mongodb", "the command that restarts the given MongoDB"),
        ("--alarm-on", "the command that raises the memory alarm of the given RabbitMQ"),
        ("--alarm-off", "the command that clears the alarm"),
    ):
        parser.add_argument(name, default="", help=meaning)


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _groups(text: str) -> frozenset[Group]:
    try:
        return frozenset(Group(word) for word in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be of: {', '.join(Group)}") from None
