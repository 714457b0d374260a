"""Writes RabbitMQ's definitions from the topology for `make docs`.

Compose loads one document, into which `deploy/make-env` inserts the passwords. On Kubernetes, its
operator reads one resource per exchange, queue and user.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from common import topology
from common.topology import ServiceTopology

DEPLOY = Path(__file__).parents[2] / "deploy"
FILE = DEPLOY / "rabbitmq" / "definitions.json"
MANIFEST = (
    DEPLOY / "kubernetes" / "overlays" / "production-operators" / "rabbitmq" / "topology.yaml"
)
ADMINISTRATOR = "administrator"
VHOST = "/"
LANES = topology.lane("").name


def definitions() -> str:
    """Return the document, with `@<user>@` in the place of a user's password hash."""
    document = {
        "vhosts": [{"name": VHOST}],
        "users": [
            _user(ADMINISTRATOR, ADMINISTRATOR),
            *(_user(service, "") for service in topology.SERVICES),
        ],
        "permissions": [
            _permission(ADMINISTRATOR, ".*", ".*", ".*"),
            *(permission(service) for service in topology.SERVICES.values()),
        ],
        "policies": [_dead_letters_arrive()],
        "exchanges": [
            {
                "name": e.name,
                "vhost": VHOST,
                "type": e.type,
                "durable": True,
                "auto_delete": False,
                "arguments": {},
            }
            for e in topology.EXCHANGES
        ],
        "queues": [
            {
                "name": q.name,
                "vhost": VHOST,
                "durable": True,
                "auto_delete": False,
                "arguments": q.arguments,
            }
            for q in topology.QUEUES
        ],
        "bindings": [_binding(queue) for queue in topology.QUEUES],
    }
    return json.dumps(document, indent=1) + "\n"


def manifest() -> str:
    """Return the resources of the messaging topology operator. A queue outlives its resource,
    because messages may be in it.
    """
    plain = {"durable": True, "autoDelete": False}
    exchanges = [
        _resource("Exchange", e.name, name=e.name, type=e.type, **plain) for e in topology.EXCHANGES
    ]
    queues = [
        _resource(
            "Queue", q.name, name=q.name, **plain, **_type_and_arguments(q), deletionPolicy="retain"
        )
        for q in topology.QUEUES
    ]
    bindings = [
        _resource(
            "Binding",
            q.name,
            **_binding_fields(q),
            destinationType="queue",
            routingKey=q.routing_key,
        )
        for q in topology.QUEUES
    ]
    permissions = [
        _permission_resource(permission(service)) for service in topology.SERVICES.values()
    ]
    head = (
        "# Generated from the topology by make docs: exchanges, queues and the services' "
        "permissions at RabbitMQ.\n"
    )
    return head + yaml.safe_dump_all(
        [*exchanges, *queues, *bindings, *permissions], sort_keys=False, width=1000
    )


def _resource(kind: str, resource_name: str, **fields: Any) -> dict[str, Any]:
    spec = {"vhost": "mboc", **fields, "rabbitmqClusterReference": {"name": "rabbitmq"}}
    return {
        "apiVersion": "rabbitmq.com/v1beta1",
        "kind": kind,
        "metadata": {"name": resource_name},
        "spec": spec,
    }


def _type_and_arguments(queue: topology.Queue) -> dict[str, Any]:
    arguments = dict(queue.arguments)
    return {"type": arguments.pop("x-queue-type"), "arguments": arguments}


def _permission_resource(given: dict[str, str]) -> dict[str, Any]:
    permissions = {name: given[name] for name in ("configure", "write", "read")}
    return _resource(
        "Permission", given["user"], userReference={"name": given["user"]}, permissions=permissions
    )


def permission(service: ServiceTopology) -> dict[str, str]:
    """Return the permissions of a service.

    It declares, binds and consumes the queues that begin with its name. It publishes to its
    exchanges, and binds its queues to the exchanges that it reads (rabbitmq.com, Access Control: to
    bind a queue, a user must write to the queue and read from the exchange). The default exchange
    leads to every queue, so no service may publish to it. The queue of dead letters has the name of
    its exchange, so the service that reads it may also bind queues to the exchange.
    """
    consumed = [queue.name for queue in service.consumes if not service.owns(queue)]
    return _permission(
        service.name,
        configure=_one_of([], [service.prefix]),
        write=_one_of([e.name for e in service.writes], [service.prefix]),
        read=_one_of([*consumed, *(e.name for e in service.reads)], [service.prefix]),
    )


def _one_of(names: Iterable[str], prefixes: Iterable[str]) -> str:
    """Return the pattern of these names, and of all names with these prefixes."""
    patterns = [*map(_escaped, sorted(set(names))), *(f"{_escaped(p)}.*" for p in prefixes)]
    return f"^({'|'.join(patterns)})$"


def _escaped(name: str) -> str:
    return name.replace(".", r"\.")


def _user(name: str, tags: str) -> dict[str, str]:
    return {
        "name": name,
        "password_hash": f"@{name}@",
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }


def _permission(user: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": VHOST, "configure": configure, "write": write, "read": read}


def _dead_letters_arrive() -> dict[str, Any]:
    """Keep a rejected message in its queue until the dead-letter queue confirms it. Only a policy
    can set this, no argument of a queue can.
    """
    definition = {"dead-letter-strategy": "at-least-once", "overflow": "reject-publish"}
    pattern = _one_of(
        [queue.name for queue in topology.QUEUES if queue.is_dead_lettered and not queue.drops],
        [LANES],
    )
    return {
        "name": "dead-letters-arrive",
        "vhost": VHOST,
        "pattern": pattern,
        "apply-to": "queues",
        "priority": 0,
        "definition": definition,
    }


def _binding(queue: topology.Queue) -> dict[str, Any]:
    return {
        "vhost": VHOST,
        **_binding_fields(queue),
        "destination_type": "queue",
        "routing_key": queue.routing_key,
        "arguments": {},
    }


def _binding_fields(queue: topology.Queue) -> dict[str, str]:
    return {"source": queue.exchange.name, "destination": queue.name}


if __name__ == "__main__":
    FILE.write_text(definitions())
    MANIFEST.write_text(manifest())
