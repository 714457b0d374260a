"""The words of a text cost little, whatever its length."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from portal_api.lists.search_terms import MAX_CHARACTERS, MAX_WORDS, words_of

MIB = 1024 * 1024


def test_words_have_no_case_and_no_accents_and_are_found_in_parts() -> None:
    assert words_of(["R\u00e9paration OP-100 op-100", None, ""]) == [
        "reparation",
        "op-100",
        "op",
        "100",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "word-{} ",
        "\u00e9{} ",
        "\ufdfa",  # 18 characters in the form NFKD
        "-",
        "x",
        "a-",
        "\n",
    ],
)
def test_a_text_of_the_largest_message_costs_little_time_and_memory(text: str) -> None:
    longest = "".join(text.format(number) for number in range(4 * MIB // len(text.encode())))
    tracemalloc.start()
    began = time.perf_counter()

    found = [words_of([longest, str(number)]) for number in range(20)]

    taken, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 20 < 0.05
    assert peak < 2 * MIB
    assert all(len(words) <= MAX_WORDS for words in found)
    assert all(len(word) <= MAX_CHARACTERS for words in found for word in words)


def test_different_long_texts_leave_nothing_in_memory() -> None:
    tracemalloc.start()

    for number in range(200):
        words_of([f"{number} " * 100_000])

    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < MIB
