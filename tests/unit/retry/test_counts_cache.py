from __future__ import annotations

from common.contracts.operation import ItemOutcome
from retry.model.counts_cache import CountsCache
from retry.model.operation import ItemCounts

WAITING, ASKED, SUCCEEDED, FAILED, SKIPPED = ItemOutcome


def a_cache(counts: ItemCounts) -> CountsCache:
    cache = CountsCache()
    cache.put("o", counts)
    return cache


def test_updates_change_the_counts() -> None:
    cache = a_cache(ItemCounts(waiting=5))

    cache.apply_update("o", WAITING, [ASKED] * 3 + [SKIPPED], matched=4)
    cache.apply_update("o", ASKED, [SUCCEEDED, FAILED, SKIPPED], matched=3)

    assert cache.get("o") == ItemCounts(1, 0, 1, 1, 2, tried_skipped=1)


def test_an_update_that_another_replica_made_first_invalidates_the_counts() -> None:
    cache = a_cache(ItemCounts(waiting=5))

    cache.apply_update("o", WAITING, [ASKED, ASKED], matched=1)

    assert cache.get("o") is None


def test_a_query_that_disagrees_invalidates_the_counts() -> None:
    cache = a_cache(ItemCounts(waiting=5, asked=1))

    cache.compare("o", WAITING, 5)
    agreed = cache.get("o")
    cache.compare("o", ASKED, 0)

    assert (agreed, cache.get("o")) == (ItemCounts(waiting=5, asked=1), None)


def test_an_update_without_counts_adds_none() -> None:
    cache = CountsCache()

    cache.apply_update("o", WAITING, [ASKED], matched=1)

    assert cache.get("o") is None
