"""A name that the back office lacks is a fault of the connector, and is tried once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dispatcher.errors import MisconfiguredError
from tests.support.builders import a_delivery, a_snapshot, a_transaction, as_body

if TYPE_CHECKING:
    from tests.conformance.conftest import Bench

BC = "Business Central API page"
RESOURCE = {"Resource": {"ResourceNo": "JO", "ResourceType": {"DisplayName": "Person"}}}
BODY = as_body(a_snapshot(1, Assignments=[RESOURCE])).decode()


@pytest.mark.parametrize(
    ("office", "mapping"),
    [
        ("NAV", {"fields": {"subject": "Title"}}),
        ("NAV", {"entity": "Visit"}),
        ("NAV", {"namespace": "urn:microsoft-dynamics-schemas/page/visit"}),
        ("NAV", {"resources": {"name": "Crew"}}),
        ("NAV", {"resources": {"line": "Member"}}),
        ("NAV", {"resources": {"fields": {"resource_no": "Member_No"}}}),
        (BC, {"fields": {"subject": "heading"}}),
        (BC, {"resources": {"name": "crew"}}),
        (BC, {"resources": {"fields": {"resource_no": "member"}}}),
        ("CRM", {"entity_set": "visits"}),
        ("CRM", {"fields": {"subject": "dime_heading"}}),
        ("CRM", {"resources": {"entity_set": "members"}}),
        ("CRM", {"resources": {"link": "dime_Visit"}}),
        ("CRM", {"resources": {"fields": {"resource_no": "dime_member"}}}),
    ],
)
async def test_a_name_that_the_back_office_lacks_is_a_fault_of_the_connector(
    bench: Bench, office: str, mapping: dict[str, Any]
) -> None:
    connector = bench.connector(office, mapping=mapping)

    with pytest.raises(MisconfiguredError) as raised:
        await bench.deliver(connector, a_delivery(transaction=a_transaction(body=BODY)))

    assert not raised.value.retryable
    assert (await bench.counts())["stored"] == 0


@pytest.mark.parametrize("company", ["00000000-0000-0000-0000-000000000000"])
async def test_a_wrong_company_is_a_fault_of_the_connector(bench: Bench, company: str) -> None:
    connector = bench.connector(BC)
    uri = f"{(connector.uri or '').partition('companies(')[0]}companies({company})/appointments"

    with pytest.raises(MisconfiguredError, match=company):
        await bench.deliver(connector.model_copy(update={"uri": uri}), a_delivery())
