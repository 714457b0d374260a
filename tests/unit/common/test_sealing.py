from __future__ import annotations

import pytest

from common.sealing import KeyRing, SealError


def test_a_secret_opens_with_its_key_for_its_connector() -> None:
    ring = KeyRing({"k1": b"1" * 32})

    assert ring.open(ring.seal("s3cret", "c1"), "c1") == "s3cret"


def test_a_secret_moved_to_another_connector_does_not_open() -> None:
    ring = KeyRing({"k1": b"1" * 32})

    with pytest.raises(SealError):
        ring.open(ring.seal("s3cret", "c1"), "c2")


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    old, both = KeyRing({"k1": b"1" * 32}), KeyRing({"k2": b"2" * 32, "k1": b"1" * 32})

    assert both.open(old.seal("s3cret", "c1"), "c1") == "s3cret"
    assert both.seal("s3cret", "c1").startswith("k2:")


def test_a_key_that_is_gone_does_not_open() -> None:
    with pytest.raises(SealError):
        KeyRing({"k2": b"2" * 32}).open(KeyRing({"k1": b"1" * 32}).seal("s3cret", "c1"), "c1")


@pytest.mark.parametrize("text", ["", "k1", "k1:c2hvcnQ=", "k1:!"])
def test_a_ring_needs_keys_of_32_bytes(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        KeyRing.parse(text)
