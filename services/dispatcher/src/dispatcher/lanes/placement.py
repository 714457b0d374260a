"""Assigns limit groups to replicas, by rendezvous hashing with an even share for each replica."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def assign_groups(groups: Collection[str], replicas: Collection[str]) -> Mapping[str, str]:
    """Return the replica of each group. The result is the same in every process.

    Each group goes to the replica with the highest score that has room. A replica has room for its
    even share, rounded up. A replica that joins or leaves moves few groups besides its own. Without
    replicas no group is assigned.
    """
    if not replicas:
        return {}
    share = -(-len(groups) // len(replicas))
    taken: Counter[str] = Counter()
    placed: dict[str, str] = {}
    for group in sorted(groups, key=_score):
        ranked = sorted(replicas, key=lambda replica: _score(f"{replica}|{group}"))
        replica = next(one for one in ranked if taken[one] < share)
        taken[replica] += 1
        placed[group] = replica
    return placed


def _score(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
