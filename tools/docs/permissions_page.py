"""Writes docs/permissions.md for `make docs`: the permissions of each service at RabbitMQ and
MongoDB.

A test tries every one of them on real servers (tests/integration/test_permissions.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common import topology

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "permissions.md"
ROLES: dict[str, Any] = json.loads((ROOT / "deploy" / "mongodb" / "roles.json").read_text())
A_LANE = topology.lane("<connector>")
QUEUES = (*topology.QUEUES, A_LANE)
DEFAULT_EXCHANGE = ""
OWN_ACTS = ("declare", "delete", "bind", "consume", "purge")
MONGODB_ACTS = {
    "find": "read",
    "insert": "insert",
    "update": "update",
    "remove": "remove",
    "listIndexes": "list indexes",
    "createIndex": "create indexes",
    "dropIndex": "drop indexes",
}
HEAD = """# Permissions at RabbitMQ and MongoDB

Each service has a user of its own at both servers.
`make docs` writes this page from the topology and from `deploy/mongodb/roles.json`.
`tests/integration/test_permissions.py` tries each action on real servers, as each service's user.
An action that is not in a table is refused.

`make env` and `mongodb-init` create the users.
On your own servers, use these two files:

- `deploy/rabbitmq/definitions.json` has RabbitMQ's users, permissions, exchanges and queues.
  Replace each `@user@` by a password hash (`rabbitmqctl hash_password`).
  Then run `rabbitmqctl import_definitions`.
- `deploy/mongodb/init.js` creates MongoDB's roles, users and the indexes of the audit.

Import the definitions again after an upgrade, because a service declares its own queues only.
If an exchange or a queue of another service is missing, the service waits 20 seconds for it.
Then it ends with a sentence that names the missing object.

## Exchanges of RabbitMQ

*publish*: send messages.
*read*: bind its own queues to the exchange.
No service may declare or delete an exchange of this table.
The default exchange leads to every queue, so no service may publish to it.
Each service also has an exchange `<service>.loopback`.
Its processes test their connections through it.

"""
QUEUES_HEAD = """
## Queues of RabbitMQ

The name of a queue begins with the service that owns it.
*bind*: bind the queue to an exchange that the service reads.
The exchange and the queue of dead letters have one name.
A service that publishes dead letters may therefore bind this queue, but not read it.

"""
MONGODB_HEAD = """
## Collections of MongoDB

Each `mongod` runs with `--noscripting`, so no query can run JavaScript.
No service may drop, rename or change a collection.
No service may change or remove a line of the audit.
Only the administrator creates its indexes, because an index can delete documents.
ingest has no user at MongoDB.

"""


def exchange_acts(service: topology.ServiceTopology, exchange: str) -> frozenset[str]:
    """Return the actions that a service may do at an exchange."""
    acts = {
        "publish": {one.name for one in service.writes},
        "read": {one.name for one in service.reads},
    }
    return frozenset(act for act, names in acts.items() if exchange in names)


def queue_acts(service: topology.ServiceTopology, queue: topology.Queue) -> frozenset[str]:
    """Return the actions that a service may do with a queue."""
    if service.owns(queue):
        return frozenset(OWN_ACTS)
    consumes = {"consume", "purge"} if queue in service.consumes else set()
    shares_a_name = queue.name in {exchange.name for exchange in service.writes}
    return frozenset(consumes | ({"bind"} if shares_a_name else set()))


def collection_acts(service: str, collection: str) -> frozenset[str]:
    """Return the actions of MongoDB that a service may do on a collection."""
    return frozenset(
        act
        for may, names in ROLES["services"].get(service, {}).items()
        if collection in names
        for act in ROLES["may"][may]
    )


def collections() -> list[str]:
    """Return the names of all collections."""
    return sorted(
        {name for part in ROLES["services"].values() for names in part.values() for name in names}
    )


def page() -> str:
    """Return the text of the page."""
    services = topology.SERVICES
    exchanges = _table(
        "Exchange",
        {
            one.name: [exchange_acts(service, one.name) for service in services.values()]
            for one in topology.EXCHANGES
        },
        ("publish", "read"),
        services,
    )
    queues = _table(
        "Queue",
        {one.name: [queue_acts(service, one) for service in services.values()] for one in QUEUES},
        OWN_ACTS,
        services,
    )
    stored = _table(
        "Collection",
        {
            name: [
                frozenset(MONGODB_ACTS[act] for act in collection_acts(service, name))
                for service in ROLES["services"]
            ]
            for name in collections()
        },
        tuple(MONGODB_ACTS.values()),
        ROLES["services"],
    )
    return HEAD + exchanges + QUEUES_HEAD + queues + MONGODB_HEAD + stored


def _table(
    head: str,
    rows: Mapping[str, list[frozenset[str]]],
    order: tuple[str, ...],
    columns: Iterable[str],
) -> str:
    columns = list(columns)
    lines = [f"| {' | '.join([head, *columns])} |", "|---" * (len(columns) + 1) + "|"]
    for name, cells in rows.items():
        shown = [", ".join(act for act in order if act in cell) or "no" for cell in cells]
        lines.append(f"| {' | '.join([f'`{name}`', *shown])} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
