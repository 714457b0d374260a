from __future__ import annotations

import pytest

from portal_api.deliveries.cause import cause_of, normalize_message
from portal_api.lists.search_terms import by_selectivity, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[DSBC005] Job OP100001 has no customer.", "[DSBC005] Job OP100002 has no customer."),
        ("[DSWBHK010] No answer within 60 s.", "[DSWBHK010] No answer within 5.5 s."),
        (
            "CorrelationId: 5b7c1f2e-7f0a-4f0e-9d5e-0d6a4a1c9f11.",
            "CorrelationId: 0b7c1f2e-7f0a-4f0e-9d5e-0d6a4a1c9f12.",
        ),
    ],
)
def test_the_particulars_of_an_appointment_do_not_make_another_cause(one: str, other: str) -> None:
    assert normalize_message(one) == normalize_message(other)


def test_the_code_is_no_particular() -> None:
    assert normalize_message("[DSBC001] Status code: 401.").startswith("[DSBC001] ")


def test_another_connector_code_or_sentence_is_another_cause() -> None:
    causes = {
        cause_of(*of)
        for of in (("A", "no", "c1"), ("B", "no", "c1"), ("A", "yes", "c1"), ("A", "no", "c2"))
    }

    assert len(causes) == 4


def test_words_are_found_without_case_and_accents_and_inside_numbers() -> None:
    assert words_of(["Überprüfung Kühlanlage", "APP-037743", None]) == [
        "uberprufung",
        "kuhlanlage",
        "app-037743",
        "app",
        "037743",
    ]


def test_a_long_text_has_forty_words() -> None:
    assert len(words_of([" ".join(f"word{n}" for n in range(1000))])) == 40


def test_numbers_and_long_words_tell_most() -> None:
    assert by_selectivity(["a", "compressor", "op1", "job"]) == ["op1", "compressor", "job", "a"]
