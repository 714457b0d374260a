from __future__ import annotations

import pytest

from retry.model.token_bucket import TokenBucket


def test_the_bucket_holds_the_tokens_of_one_second_at_most() -> None:
    bucket = TokenBucket(10, now=0)

    counts = []
    for now in (0.0, 0.1, 0.5, 60.0):
        counts.append(bucket.available(now))
        bucket.consume(counts[-1])

    assert counts == [1, 1, 4, 10]


@pytest.mark.parametrize("per_second", [0.5, 3, 250])
def test_the_average_rate_is_exact(per_second: float) -> None:
    bucket, requested = TokenBucket(per_second, now=0), 0

    for tick in range(1, 40 * 100 + 1):
        count = bucket.available(tick / 40)
        bucket.consume(count)
        requested += count

    assert abs(requested - 100 * per_second) <= 1


def test_unused_tokens_remain() -> None:
    bucket = TokenBucket(4, now=0)

    bucket.consume(1)

    assert (bucket.available(0.5), bucket.available(0.75)) == (2, 3)
