"""Inputs that earlier runs found, each of which ended in an undocumented error or took too long."""

from __future__ import annotations

import base64

import pytest

from dispatcher.back_offices.soap.response import SoapFault, read_response
from fuzz.run import failure_of
from fuzz.targets import all_parsers

PARSERS = all_parsers()
DEEP = b"[" * 100_000
LONG = b"9" * 5_000
FAULT = (
    b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>'
    b"<faultcode>a:b</faultcode><faultstring>cut &#xD83D;</faultstring>"
    b"</e:Fault></e:Body></e:Envelope>"
)
FINDINGS = {
    "half of a pair in the source of a replayed line": (
        "replay file",
        b'{"source":"\\ud800","action":"create","body":{}}',
    ),
    "deep import": ("import of JSON", DEEP),
    "deep value in a cell of an import": ("import of CSV", b'name,limits\na,"' + DEEP + b'"\n'),
    "half of a pair in an import": ("import of JSON", b'[{"name":"\\ud800","uri":"x"}]'),
    "impossible number in a cursor": (
        "cursor",
        base64.urlsafe_b64encode(b'[{"$numberDecimal": "x"}, 1, "x"]'),
    ),
    "deep cursor": ("cursor", base64.urlsafe_b64encode(DEEP[:700])),
    "long number in a cron expression": ("cron expression", LONG + b" * * * *"),
    "long interval in a cron expression": ("cron expression", b"*/" + LONG + b" * * * *"),
    "deep list of statuses": ("message StatusChanged", DEEP),
    "deep list of log lines": ("message LogRecorded", DEEP),
    "half of a pair in a SOAP fault": ("SOAP answer", b"500\n\n" + FAULT),
    "filter in a body": ("filter in a body", b'{"status": "Failed", "search": "a"}'),
}


@pytest.mark.parametrize(("name", "raw"), FINDINGS.values(), ids=FINDINGS)
async def test_it_stays_fixed(name: str, raw: bytes) -> None:
    parser = PARSERS[name]
    await failure_of(parser, b"{}")  # the first call takes longer

    failure, _, _ = await failure_of(parser, raw)

    assert failure is None, failure.details


def test_the_fault_is_still_read() -> None:
    assert read_response(FAULT, "urn:x", "Appointment") == SoapFault("b", "cut \ufffd\ufffd\ufffd")
