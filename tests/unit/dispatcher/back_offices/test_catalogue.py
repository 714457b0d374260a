from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from common.contracts.delivery import HttpExchange
from dispatcher.back_offices.calls import HttpResponse
from dispatcher.back_offices.catalogue import CATALOGUE, EndpointKind, Seen
from dispatcher.back_offices.faults import FaultTranslator
from dispatcher.errors import (
    DeliveryError,
    FaultOrigin,
    ForbiddenError,
    GoneError,
    MisconfiguredError,
    NoAnswerError,
    RefusedError,
    ServerFaultError,
    ThrottledError,
)

KINDS: tuple[EndpointKind, ...] = get_args(EndpointKind)
TRANSPORT = (
    "no connection",
    "no answer",
    "cut",
    "refused",
    "name",
    "TLS",
    "forbidden address",
    "bad address",
    "malformed",
    "oversized",
    "early",
)


def answered(status: int, **headers: str) -> HttpResponse:
    return HttpResponse(status, headers, b"", is_whole=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", TRANSPORT)
def test_whatever_happens_on_the_way_has_a_code_and_a_sentence(
    kind: EndpointKind, what: str
) -> None:
    error = FaultTranslator(kind, "Hook").transport_error(
        what, answered(200), host="bc.cronus.example", seconds=5
    )

    assert error.code != "DSUNK001"
    assert "{" not in str(error)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "status", [301, 400, 401, 403, 404, 405, 408, 409, 413, 418, 429, 500, 502, 503, 504, 599]
)
def test_every_status_has_a_sentence_that_names_it(kind: EndpointKind, status: int) -> None:
    assert f"Status code: {status}." in str(
        FaultTranslator(kind, "Hook").status_error(answered(status))
    )


def test_every_row_can_be_reached() -> None:
    for number, row in enumerate(CATALOGUE):
        sample = next((word.replace("xx", "99") for word in row.is_), "*")
        kinds = [kind for kind in KINDS if row.matches(kind, sample)]
        first = {
            kind: next(
                n
                for n, other in enumerate(CATALOGUE)
                if other.seen == row.seen and other.matches(kind, sample)
            )
            for kind in kinds
        }
        assert number in first.values(), (
            f"row {number} ({row.seen} {row.is_}) always stands behind another"
        )


@pytest.mark.parametrize(
    ("kind", "said", "code", "leaf"),
    [
        ("page service", "SoapException: DifferentTableIdsMessage", "DSCFG004", RefusedError),
        (
            "page service",
            'Service "Page/Appointment" was not found!',
            "DSBC007",
            MisconfiguredError,
        ),
        (
            "page service",
            "NavPermissionException You do not have the following permissions",
            "DSBC001",
            ForbiddenError,
        ),
        (
            "page service",
            "NavNCLDialogException The job must have a customer.",
            "DSUNK001",
            RefusedError,
        ),
    ],
)
def test_a_soap_fault_is_found_by_what_it_says(
    kind: EndpointKind, said: str, code: str, leaf: type[Exception]
) -> None:
    error = FaultTranslator(kind, "Hook").find_error("soap", said, answered(500), said)

    assert isinstance(error, leaf)
    assert error.code == code


def leaf_of(seen: Seen, what: str) -> type[DeliveryError]:
    kind: EndpointKind = "page service" if seen == "soap" else "API page"
    return type(FaultTranslator(kind, "BC").find_error(seen, what, answered(500), what))  # type: ignore[return-value]


@pytest.mark.parametrize("seen", ["soap", "odata"])
@pytest.mark.parametrize(
    "text",
    [
        "It could not complete because a record in the Job table was locked by another user.",
        "The following record is locked by another user: Entry No.='13'.",
        "A RECORD IN TABLE 'JOB' IS BEING UPDATED IN A TRANSACTION DONE BY ANOTHER SESSION.",
        "The activity was deadlocked with another user who is modifying the Job table.",
    ],
)
def test_a_record_lock_is_tried_again(seen: Seen, text: str) -> None:
    assert leaf_of(seen, f"Application_DialogException {text}") is ServerFaultError


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        *(("odata", text) for text in ("Cannot convert a value", "does not exist on type 'x'")),
        *(("odata", text) for text in ("BadRequest_NotFound", "0x80048d19")),
        *(("soap", text) for text in ("SchemaValidation", "unknown type", "invalid child element")),
        *(("status", text) for text in ("301", "308", "404", "405", "501", "505")),
    ],
)
def test_a_fault_that_may_lie_with_connector_or_appointment_is_unclear(
    seen: Seen, what: str
) -> None:
    leaf = leaf_of(seen, what)

    assert (leaf, leaf.origin) == (MisconfiguredError, FaultOrigin.UNCLEAR)


def test_throttling_keeps_the_seconds_it_asks_for() -> None:
    error = FaultTranslator("API page", "BC").status_error(answered(429, **{"Retry-After": "7"}))

    assert isinstance(error, ThrottledError)
    assert error.retry_after_s == 7


BACK_OFFICES = KINDS[:-1]


@pytest.mark.parametrize("kind", BACK_OFFICES)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 507, 520, 599])
def test_a_call_that_may_have_been_processed_is_repeated_only_where_it_is_stored_once(
    kind: EndpointKind, status: int
) -> None:
    error = FaultTranslator(kind, "Hook").status_error(answered(status))

    repeats_are_stored_once = kind == "Dataverse"
    assert (error.transient, error.outcome_unknown) == (repeats_are_stored_once, True)
    assert error.is_in_doubt is not repeats_are_stored_once
    assert error.origin is FaultOrigin.CONNECTOR
    assert "may have stored the appointment" in str(error)


@pytest.mark.parametrize("kind", BACK_OFFICES)
@pytest.mark.parametrize("status", [408, 504])
def test_a_create_that_took_too_long_is_not_owed(kind: EndpointKind, status: int) -> None:
    assert isinstance(FaultTranslator(kind, "Hook").status_error(answered(status)), NoAnswerError)


@pytest.mark.parametrize("kind", BACK_OFFICES)
def test_503_with_retry_after_says_that_nothing_was_processed(kind: EndpointKind) -> None:
    error = FaultTranslator(kind, "Hook").status_error(answered(503, **{"Retry-After": "7"}))

    assert isinstance(error, ThrottledError)
    assert not error.outcome_unknown


@pytest.mark.parametrize("kind", BACK_OFFICES)
@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_retry_after_beside_another_status_does_not_say_that_nothing_was_processed(
    kind: EndpointKind, status: int
) -> None:
    error = FaultTranslator(kind, "Hook").status_error(answered(status, **{"Retry-After": "7"}))

    assert (error.outcome_unknown, error.retry_after_s) == (True, 7)


@pytest.mark.parametrize("status", [408, 500, 503])
def test_a_change_set_that_failed_stored_nothing(status: int) -> None:
    inner = replace(answered(status), in_change_set=True)

    assert type(FaultTranslator("Dataverse", "CRM").status_error(inner)) is ServerFaultError


@pytest.mark.parametrize("kind", BACK_OFFICES)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "7"}])
def test_a_status_without_an_appointment_leaves_nothing_unknown(
    kind: EndpointKind, status: int, headers: dict[str, str]
) -> None:
    asked = HttpExchange(method="GET", address="http://bc.example/", sent_bytes=0)

    error = FaultTranslator(kind, "Hook").status_error(
        replace(answered(status, **headers), exchange=asked)
    )

    assert (error.transient, error.outcome_unknown) == (True, False)
    assert "may have stored" not in str(error)


@pytest.mark.parametrize("kind", BACK_OFFICES)
def test_gone_names_the_setting_to_correct(kind: EndpointKind) -> None:
    error = FaultTranslator(kind, "Hook").status_error(answered(410))

    assert isinstance(error, GoneError)
    assert error.origin is FaultOrigin.CONNECTOR
    assert "enter the new URI on connector 'Hook'" in str(error)


def test_the_vendors_text_is_kept_without_secrets_and_not_for_ever() -> None:
    faults = FaultTranslator("webhook", "Hook", ("made-up-secret",))
    faults.hide_secret("made-up-token")

    said = str(
        faults.status_error(answered(400), "bad made-up-secret\n and made-up-token " + "x" * 900)
    )

    assert "bad *** and *** xxx" in said
    assert len(said) < 700
