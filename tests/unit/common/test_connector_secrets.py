"""A sealed secret opens only for the destination that it was entered for."""

from __future__ import annotations

import pytest

from common.connector_secrets import (
    OtherDestinationError,
    has_destination,
    open_secret,
    reseal_secret,
)
from common.contracts.connector import Connector
from common.sealing import KeyRing, SealError
from tests.support.builders import a_connector
from tests.support.sealed import KEYS, with_secrets

BASIC = {"type": "Basic", "login": "DIME"}
HERE, THERE = "https://bc.example/", "https://evil.example/"
NEWER = KeyRing({"k2": b"2" * 32, "k1": bytes(range(32))})


def sealed_for(uri: str = HERE) -> Connector:
    return with_secrets(a_connector(uri=uri, authentication=BASIC), {"password": "made-up"})


def test_a_secret_opens_for_its_destination() -> None:
    assert open_secret(KEYS, sealed_for(), "password") == "made-up"


def test_a_secret_does_not_open_for_another_destination() -> None:
    moved = sealed_for().model_copy(update={"uri": THERE})

    with pytest.raises(OtherDestinationError):
        open_secret(KEYS, moved, "password")


def test_a_forged_destination_opens_nothing() -> None:
    sealed = sealed_for().secrets["password"].rpartition(":")[0]
    there = sealed_for(THERE)
    forged = f"{sealed}:{there.secrets['password'].rpartition(':')[2]}"

    with pytest.raises(SealError, match="does not open it"):
        open_secret(KEYS, there.model_copy(update={"secrets": {"password": forged}}), "password")


@pytest.mark.parametrize("other", [{"connector_id": "c2"}, {"name": "Other"}])
def test_a_secret_opens_for_its_connector_alone(other: dict[str, str]) -> None:
    copied = sealed_for().model_copy(update=other)

    if "connector_id" in other:
        with pytest.raises(SealError):
            open_secret(KEYS, copied, "password")
    else:
        assert open_secret(KEYS, copied, "password") == "made-up"


@pytest.mark.parametrize("sealed", ["", ":", "k1", "k1:!", "k1:AAAA", "k9:AAAA", "k1::"])
def test_a_text_that_is_no_sealed_secret_is_refused(sealed: str) -> None:
    broken = sealed_for().model_copy(update={"secrets": {"password": sealed}})

    with pytest.raises(SealError):
        open_secret(KEYS, broken, "password")


def test_a_new_key_keeps_the_destination() -> None:
    moved = sealed_for().model_copy(update={"uri": THERE})

    again = reseal_secret(NEWER, moved, "password")

    assert again.startswith("k2:")
    back = moved.model_copy(update={"uri": HERE, "secrets": {"password": again}})
    assert open_secret(NEWER, back, "password") == "made-up"
    with pytest.raises(OtherDestinationError):
        open_secret(NEWER, back.model_copy(update={"uri": THERE}), "password")


def test_a_secret_without_a_destination_gets_one_with_a_new_key_alone() -> None:
    earlier = sealed_for().model_copy(
        update={"secrets": {"password": KEYS.seal("made-up", "c1.password")}}
    )

    with pytest.raises(OtherDestinationError):
        open_secret(KEYS, earlier, "password")
    assert not has_destination(reseal_secret(KEYS, earlier, "password"))
    again = {"password": reseal_secret(NEWER, earlier, "password")}
    assert open_secret(NEWER, earlier.model_copy(update={"secrets": again}), "password") == (
        "made-up"
    )
