"""The behaviour of every back office. The same test bodies run for every row of the table."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from common.contracts.appointment import Action
from common.contracts.connector import Limits
from dispatcher.back_offices.table import KINDS
from dispatcher.errors import (
    DeliveryError,
    FaultOrigin,
    ForbiddenError,
    GoneError,
    MisconfiguredError,
    UnauthorisedError,
)
from tests.conformance.conftest import Bench
from tests.support.builders import a_delivery, a_snapshot, a_transaction, as_body
from tests.support.simulated_back_offices import SIMULATED, a_client, a_login

OFFICE = pytest.mark.parametrize("office", SIMULATED)
UNREADABLE = pytest.mark.parametrize(
    "fault",
    [{"malformed": True}, {"oversized_bytes": 2_000_000}, {"gzip_bomb": 30_000_000}, {"drip_s": 5}],
)
REQUEST = a_delivery(transaction=a_transaction(body=as_body(a_snapshot()).decode()))
HASTY = Limits(total_timeout_s=0.5)
TIMEOUT = {"webhook": "DSWBHK010", "CRM": "DSHTTP001"}
CUT = {"webhook": "DSWBHK020", "CRM": "DSHTTP001"}
UNAUTHORISED = {"webhook": "DSWBHK020", "CRM": "DSCFG008"}
REFUSAL: dict[str, tuple[dict[str, Any], str]] = {
    "webhook": ({"status": 422}, "DSWBHK020"),
    "Business Central SOAP": ({"soap_fault": "DifferentTableIdsMessage"}, "DSCFG004"),
    "NAV": ({"soap_fault": "Dialog"}, "DSUNK001"),
    "Business Central API page": (
        {"odata_error": {"code": "Application_DialogException", "message": "No customer."}},
        "DSUNK001",
    ),
    "CRM": ({"odata_error": {"code": "0x80040217", "message": "No such job."}}, "DSUNK001"),
}
THROTTLED = {"webhook": "DSWBHK020", "Business Central SOAP": "DSBC009", "NAV": "DSBC009"}


class Decision(NamedTuple):
    """The decision about a fault."""

    code: str
    transient: bool
    retryable: bool
    outcome_unknown: bool


async def failure(bench: Bench, office: str, **fields: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await bench.deliver(bench.connector(office, **fields), REQUEST)
    return raised.value


def stores_once(office: str) -> bool:
    """Whether the back office stores a repetition once, so that it is sent again at once."""
    return office == "CRM"


def decision(error: DeliveryError) -> Decision:
    return Decision(error.code, error.transient, error.retryable, error.outcome_unknown)


def test_the_table_has_every_kind() -> None:
    assert {(office.system, office.api_type) for office in SIMULATED.values()} == KINDS


@OFFICE
async def test_received(bench: Bench, office: str) -> None:
    receipt = await bench.deliver(bench.connector(office), REQUEST)

    assert receipt.http_status in {200, 201, 204}
    assert (await bench.counts())["stored"] == 1


@OFFICE
@pytest.mark.parametrize("action", Action)
async def test_each_action_arrives_as_itself(bench: Bench, office: str, action: Action) -> None:
    transaction = a_transaction(action=action, body=as_body(a_snapshot()).decode())

    await bench.deliver(bench.connector(office), a_delivery(transaction=transaction))

    assert [
        record["action"]
        for record in (await bench.simulator.simulated("GET", bench.name, "/records"))["records"]
    ] == [action]


@OFFICE
async def test_refused(bench: Bench, office: str) -> None:
    fault, code = REFUSAL[office]
    await bench.fault(**fault)

    error = await failure(bench, office)

    assert decision(error) == Decision(
        code, transient=False, retryable=False, outcome_unknown=False
    )
    assert error.origin is FaultOrigin.APPOINTMENT


@OFFICE
@pytest.mark.parametrize("status", [429, 503])
async def test_throttled_with_retry_after(bench: Bench, office: str, status: int) -> None:
    await bench.fault(status=status, retry_after_s=7)

    error = await failure(bench, office)

    busy = (
        "DSBC003"
        if status == 503 and office not in {"webhook", "CRM"}
        else THROTTLED.get(office, "DSHTTP001")
    )
    assert decision(error) == Decision(busy, transient=True, retryable=True, outcome_unknown=False)
    assert (error.http_status, error.retry_after_s) == (status, 7)


LOCKED = "The record is being updated in a transaction DONE BY ANOTHER SESSION."


@pytest.mark.parametrize(
    ("office", "fault", "code"),
    [
        ("Business Central SOAP", {"soap_fault": "RecordLocked"}, "DSBC009"),
        ("NAV", {"soap_fault": "RecordLocked"}, "DSBC009"),
        (
            "Business Central API page",
            {"odata_error": {"code": "Application_DialogException", "message": LOCKED}},
            "DSHTTP001",
        ),
        ("CRM", {"odata_error": {"code": "0x80040216", "message": LOCKED}}, "DSHTTP001"),
    ],
)
async def test_a_locked_record_is_tried_again(
    bench: Bench, office: str, fault: dict[str, Any], code: str
) -> None:
    await bench.fault(**fault)

    error = await failure(bench, office)

    assert decision(error) == Decision(code, transient=True, retryable=True, outcome_unknown=False)


@OFFICE
@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (401, UnauthorisedError),
        (403, ForbiddenError),
        (404, MisconfiguredError),
        (405, MisconfiguredError),
        (410, GoneError),
        (501, MisconfiguredError),
    ],
)
async def test_a_status_that_no_repetition_changes_is_tried_once(
    bench: Bench, office: str, status: int, leaf: type[DeliveryError]
) -> None:
    await bench.fault(status=status)

    error = await failure(bench, office)

    assert type(error) is leaf
    assert not error.retryable


@pytest.mark.parametrize(
    ("office", "fault"),
    [
        ("NAV", {"soap_fault": "PermissionDenied"}),
        ("CRM", {"odata_error": {"code": "0x80040220", "message": "No.", "status": 403}}),
        (
            "Business Central API page",
            {"odata_error": {"code": "Authorization_RequestDenied", "message": "No."}},
        ),
    ],
)
async def test_a_missing_permission_does_not_blame_the_password(
    bench: Bench, office: str, fault: dict[str, Any]
) -> None:
    await bench.fault(**fault)

    error = await failure(bench, office)

    assert isinstance(error, ForbiddenError)
    assert (error.origin, error.retryable) == (FaultOrigin.UNCLEAR, False)


@OFFICE
async def test_timed_out_before_storing(bench: Bench, office: str) -> None:
    await bench.fault(delay_s=3, status=503)

    error = await failure(bench, office, limits=HASTY)

    assert decision(error) == Decision(
        TIMEOUT.get(office, "DSBC004"), stores_once(office), retryable=True, outcome_unknown=True
    )
    assert (await bench.counts())["stored"] == 0


@OFFICE
async def test_timed_out_after_storing(bench: Bench, office: str) -> None:
    await bench.fault(store_then_silence=True)

    error = await failure(bench, office, limits=HASTY)

    assert decision(error) == Decision(
        TIMEOUT.get(office, "DSBC004"), stores_once(office), retryable=True, outcome_unknown=True
    )
    assert (await bench.counts())["stored"] == 1


@OFFICE
async def test_connection_reset(bench: Bench, office: str) -> None:
    await bench.fault(reset=True)

    error = await failure(bench, office)

    assert decision(error) == Decision(
        CUT.get(office, "DSBC005"), stores_once(office), retryable=True, outcome_unknown=True
    )


@OFFICE
async def test_nobody_there(bench: Bench, office: str) -> None:
    connector = bench.connector(office)
    with pytest.raises(DeliveryError) as raised:
        await bench.deliver(connector.model_copy(update={"uri": "http://127.0.0.1:9/"}), REQUEST)

    assert decision(raised.value) == Decision(
        CUT.get(office, "DSBC005"), transient=True, retryable=True, outcome_unknown=False
    )


@OFFICE
async def test_an_address_that_may_not_be_called(bench: Bench, office: str) -> None:
    connector = bench.connector(office).model_copy(update={"uri": "http://169.254.169.254/latest"})
    with pytest.raises(DeliveryError, match="may not be called") as raised:
        await bench.deliver(connector, REQUEST)

    assert decision(raised.value)[1:] == (False, False, False)


@OFFICE
async def test_redirects_are_not_followed(bench: Bench, office: str) -> None:
    await bench.fault(redirect_to=f"{bench.address}/back-offices/elsewhere")

    error = await failure(bench, office)

    assert (error.http_status, error.retryable) == (307, False)
    assert (await bench.simulator.simulated("GET", "elsewhere"))["received"] == 0


@pytest.mark.parametrize("office", ["Business Central SOAP", "NAV", "CRM"])
@UNREADABLE
async def test_an_answer_that_cannot_be_read_does_not_confirm(
    bench: Bench, office: str, fault: dict[str, Any]
) -> None:
    await bench.fault(**fault)

    error = await failure(bench, office, limits=HASTY)

    once = stores_once(office)
    assert decision(error) == Decision(
        CUT.get(office, "DSBC005"), once, retryable=once, outcome_unknown=True
    )


@pytest.mark.parametrize("office", ["webhook", "Business Central API page"])
@UNREADABLE
async def test_where_status_and_headers_confirm_the_body_does_not_matter(
    bench: Bench, office: str, fault: dict[str, Any]
) -> None:
    await bench.fault(**fault)

    receipt = await bench.deliver(bench.connector(office, limits=HASTY), REQUEST)

    assert receipt.http_status in {200, 201}


async def test_an_api_page_without_location_is_no_success(bench: Bench) -> None:
    await bench.fault(no_location=True)

    error = await failure(bench, "Business Central API page")

    assert decision(error) == Decision(
        "DSBC008", transient=False, retryable=False, outcome_unknown=True
    )


@OFFICE
@pytest.mark.parametrize("kind", ["Basic", "NTLM"])
async def test_a_wrong_password(bench: Bench, office: str, kind: str) -> None:
    demanded, said, secrets = a_login(kind, password="wrong")
    await bench.demand(demanded)

    error = await failure(bench, office, authentication=said, secrets=secrets)

    assert decision(error) == Decision(
        UNAUTHORISED.get(office, "DSBC001"), transient=False, retryable=False, outcome_unknown=False
    )
    assert (await bench.counts())["stored"] == 0


@OFFICE
@pytest.mark.parametrize("where", ["body", "basic"])
async def test_a_wrong_client_secret(bench: Bench, office: str, where: str) -> None:
    demanded, said, secrets = a_client(bench.address, bench.name, where, client_secret="wrong")
    await bench.demand(demanded)

    error = await failure(bench, office, authentication=said, secrets=secrets)

    assert decision(error) == Decision(
        "DSCFG008", transient=False, retryable=False, outcome_unknown=False
    )
    assert "wrong" not in str(error)


@OFFICE
async def test_an_expired_token_is_replaced_once(bench: Bench, office: str) -> None:
    demanded, said, secrets = a_client(bench.address, bench.name)
    await bench.demand(demanded)
    built = bench.build(bench.connector(office, authentication=said, secrets=secrets))
    await built.send(built.prepare(REQUEST))
    await bench.simulator.simulated("POST", bench.name, "/authentication/expire")

    later = a_transaction("t2", body=as_body(a_snapshot(2)).decode())
    await built.send(built.prepare(a_delivery(transaction=later)))

    counts = await bench.counts()
    assert (counts["stored"], counts["tokens_issued"]) == (2, 2)


@OFFICE
async def test_a_token_endpoint_in_trouble_is_tried_again(bench: Bench, office: str) -> None:
    demanded, said, secrets = a_client(bench.address, bench.name)
    await bench.demand(demanded)
    await bench.fault(token_error="temporarily_unavailable", token_status=503)

    error = await failure(bench, office, authentication=said, secrets=secrets)

    assert decision(error) == Decision(
        "DSHTTP001", transient=True, retryable=True, outcome_unknown=False
    )


@OFFICE
async def test_credentials_that_are_not_there_are_named(bench: Bench, office: str) -> None:
    error = await failure(bench, office, authentication={"type": "Basic", "login": "DIME"})

    assert error.code == "DSCFG006"
