"""Particulars of an appointment do not separate causes. Statuses and codes do."""

from __future__ import annotations

import time

import pytest

from portal_api.deliveries.cause import cause_of, normalize_message

GUID, OTHER_GUID = "5b7c1f2e-7f0a-4f0e-9d5e-0d6a4a1c9f11", "abcdefab-abcd-abcd-abcd-abcdefabcdef"
SAYS = "[DSUNK001] The back office refused this appointment. The back office says: "
QUOTES = [
    "''",
    '""',
    "„“",
    "“”",
    "«»",
    "»«",
    "\u2039\u203a",
    "``",
    "`'",
    "\u2018\u2019",
    "\u201a\u2018",
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Job OP100001 has no customer.", "Job PRJ00010 has no customer."),
        ("Order SO-1001 is closed.", "Order W-000123/2 is closed."),
        ("Resource JO is blocked.", "Resource LINA-B is blocked."),
        ("locked by user CRONUS\\JIM.", "locked by user cronus\\lina.b."),
        ("The user Jim Olive has no licence.", "The user Lina Townsend has no licence."),
        ("Sent to jim@cronus.example twice", "Sent to lina.b+x@mail.cronus.example twice"),
        ("See https://bc.cronus.example/a?b=1.", "See http://other.example:7047/x/y."),
        (
            f"account With Id = {GUID} Does Not Exist",
            f"account With Id = {OTHER_GUID} Does Not Exist",
        ),
        ("on 7/23/2025 9:00 AM, then", "on 12/1/2025 11:30 PM, then"),
        ("on 23.07.2025 09:00 then", "on 01.12.2025 then"),
        ("on 2026-07-21T14:03:09.447+02:00 then", "on 2026-07-21 14:03:09Z then"),
        ("due Thursday, July 23, 2026 9:00 AM for", "due Monday, May 4, 2026 10:15 PM for"),
        ("due 23 July 2025 for", "due 1 May 2026 for"),
        ("quantity 1,234.56 is", "quantity -1.5 is"),
        ("timed out after 00:01:00.5", "timed out after 00:00:30"),
        ("Entry No.=13. It cannot be zero", "Entry No.=4711. It cannot be zero"),
        ("No.='PRJ00010', Line No.='10000'", "No.='X', Line No.='2'"),
        ("Name=Jim Olive, Team=A. It", "Name=Lina, Team=Field Service. It"),
        (
            "The length of the string is 31, but it must be 30 characters. Value: Pump. Hall B",
            "The length of the string is 99, but it must be 50 characters. Value: Prüfung (2)",
        ),
        (
            "Code contains a value (HOUR) that cannot be found in the related table (Unit).",
            "Code contains a value (Std. x) that cannot be found in the related table (Unit).",
        ),
        ("of lines 10000, 20000 and 30000.", "of lines 10000."),
        ('Other user has modified "Appointment" "Entry No.=13".', 'Other user has modified "Job".'),
        ("the account's 'O'Neil' isn't", "the account's 'x' isn't"),
        (
            "is too long: 'A text that was" + "." * 400 + "…",
            "is too long: 'Another" + "," * 300 + "…",
        ),
    ],
)
def test_the_particulars_of_an_appointment_do_not_separate_causes(one: str, other: str) -> None:
    assert normalize_message(SAYS + one) == normalize_message(SAYS + other)


@pytest.mark.parametrize("marks", QUOTES)
def test_a_quotation_in_any_style_is_a_particular(marks: str) -> None:
    texts = {
        normalize_message(f"{SAYS}The name {marks[0]}{name}{marks[1]} isn't the customer's.")
        for name in ("Müller", "Pump, hall B", "x")
    }

    assert len(texts) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Status code: 401.", "Status code: 403."),
        ("(401) Unauthorized", "(403) Unauthorized"),
        ("returned HTTP 502", "returned HTTP 503"),
        ("error 1205, process 57", "error 2627, process 57"),
        ("AADSTS7000215: no", "AADSTS7000222: no"),
        ("0x80040217 no", "0x80060891 no"),
        ("[DSBC005] no", "[DSBC004] no"),
        ("NavPermissionException no", "NavNCLDialogException no"),
        ("Task No. must have a value in X: No.=1", "Job No. must have a value in X: No.=1"),
        ("The Job is blocked", "The Task is blocked"),
        ("don't know whose it isn't", "don't care whose it isn't"),
        ("The customer's first name's wrong", "The customer's last name's wrong"),
        ("Use TLSv1.2", "Use TLSv1.3"),
    ],
)
def test_statuses_codes_exceptions_and_fields_separate_causes(one: str, other: str) -> None:
    assert cause_of("C", SAYS + one, "c1") != cause_of("C", SAYS + other, "c1")


@pytest.mark.parametrize(
    "text",
    ["'", "'a ", '"a "', "=", "= ", "a.b-", "1 ", "1,", "(4", "http://", "„", "a@", "A-", "\\"],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()

    normalize_message(text * 100_000)

    assert time.process_time() - began < 1
