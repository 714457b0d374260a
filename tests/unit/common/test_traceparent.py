from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts.traceparent import is_sampled, new_traceparent, read_traceparent, trace_id_of

OURS = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]")
TRACE, STEP = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def ids(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=length, max_size=length).filter(
        lambda text: text.strip("0") != ""
    )


@given(ids(32), ids(16), st.integers(0, 255))
def test_a_valid_header_keeps_its_ids_and_the_one_flag_that_is_known(
    trace_id: str, step: str, flags: int
) -> None:
    read = read_traceparent(f"00-{trace_id}-{step}-{flags:02x}")

    assert read == f"00-{trace_id}-{step}-{flags & 1:02x}"
    assert trace_id_of(read) == trace_id
    assert is_sampled(read) == bool(flags & 1)


@given(
    st.one_of(
        st.text(),
        st.from_regex(
            r"[0-9a-f]{2}-[0-9a-f]{30,34}-[0-9a-f]{14,18}-[0-9a-f]{1,3}(-.*)?", fullmatch=True
        ),
    )
)
def test_whatever_comes_is_read_in_our_form_or_ignored(header: str) -> None:
    read = read_traceparent(header)

    assert read is None or OURS.fullmatch(read)


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"00-{'0' * 32}-{STEP}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{STEP}-01",
        f"00-{TRACE.upper()}-{STEP}-01",
        f"00-{TRACE}-{STEP}-01-more",
        f"00-{TRACE}-{STEP}-01\n",
        f"00-{TRACE}-{STEP}",
    ],
)
def test_a_malformed_header_is_ignored(header: str) -> None:
    assert read_traceparent(header) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert read_traceparent(f"cc-{TRACE}-{STEP}-03-what-comes-then") == f"00-{TRACE}-{STEP}-01"


def test_a_new_trace_is_valid_not_sampled_and_another_each_time() -> None:
    first, second = new_traceparent(), new_traceparent()

    assert read_traceparent(first) == first
    assert not is_sampled(first)
    assert trace_id_of(first) != trace_id_of(second)
