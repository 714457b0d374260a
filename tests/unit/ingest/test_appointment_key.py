from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.appointment_key import MAX_KEY_LENGTH, MAX_SOURCE_LENGTH, appointment_key

TEXTS = st.text(min_size=1).filter(str.strip) | st.sampled_from(
    [
        "1",
        "no-1",
        "guid-1",
        "guid-no-1",
        "sha256-1",
        "f3b1f7a0-9f3e-4d0e-8a64-0d9a3c1f5b7e",
        "g" * 300,
        "..",
        "\x00",
    ]
)
IDENTITIES = (
    st.tuples(st.just("id"), st.integers(1, 2**63 - 1) | st.just(1))
    | st.tuples(st.just("guid"), TEXTS)
    | st.tuples(st.just("number"), TEXTS)
)


def key(identity: tuple[str, int | str]) -> str:
    kind, value = identity
    if kind == "id":
        return appointment_key("demo", int(value), None, None)
    if kind == "guid":
        return appointment_key("demo", 0, str(value), None)
    return appointment_key("demo", 0, None, str(value))


@given(first=IDENTITIES, second=IDENTITIES)
def test_two_identities_never_have_the_same_key(
    first: tuple[str, int | str], second: tuple[str, int | str]
) -> None:
    assert (key(first) == key(second)) == (first == second)


@given(identity=IDENTITIES)
def test_a_key_is_short_and_fits_a_url(identity: tuple[str, int | str]) -> None:
    assert len(key(identity)) <= MAX_KEY_LENGTH
    assert key(identity).isprintable()
    assert ".." not in key(identity).split("/")


def test_the_longest_source_leaves_room_for_every_identity() -> None:
    assert len(appointment_key("s" * MAX_SOURCE_LENGTH, 0, "g" * 300, None)) <= MAX_KEY_LENGTH


def test_keys_of_ordinary_appointments_are_those_of_earlier_releases() -> None:
    guid = "f3b1f7a0-9f3e-4d0e-8a64-0d9a3c1f5b7e"

    assert [
        appointment_key("demo", 7, guid, "A7"),
        appointment_key("demo", 0, guid, "A7"),
        appointment_key("demo", 0, None, "A7"),
        appointment_key("demo", 0, None, "7"),
    ] == ["demo/7", f"demo/{guid}", "demo/A7", "demo/no-7"]
