"""Real samples: the simulator's answers, and the snapshots of tests/samples."""

from __future__ import annotations

import json
from pathlib import Path

from common.contracts.mapping import SoapMapping
from simulator.api_page import responses as api_page
from simulator.dataverse import responses as dataverse
from simulator.page_service.wsdl import wsdl

TESTS = Path(__file__).parents[2] / "tests"
SNAPSHOTS = [path.read_bytes() for path in sorted((TESTS / "samples").glob("*.json"))]
MESSAGES = {
    path.name.partition(".")[0]: path.read_bytes()
    for path in sorted((TESTS / "contracts").glob("*.v1.json"))
}
ODATA = [
    api_page.error_body("Internal_EntityWithSameKeyExists", "It exists. CorrelationId: 1."),
    dataverse.error_body("0x80040217", "appointment With Id = 1 Does Not Exist"),
    json.dumps({"value": [{"id": "1"}], "UserId": "00000000-0000-0000-0000-000000000001"}).encode(),
]
_ENTITY = "http://127.0.0.1:9/api/data/v9.2/appointments(00000000-0000-0000-0000-000000000001)"
_FAILED_BATCH = (
    b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
    b"Content-Type: application/http\r\nContent-ID: 1\r\n\r\nHTTP/1.1 412 Precondition Failed\r\n"
    b"Content-Type: application/json\r\nRetry-After: 5\r\n\r\n"
    b'{"error":{"code":"0x80040237","message":"duplicate"}}\r\n--c--\r\n--b--\r\n'
)
BATCH = [
    dataverse.Batch().created({"1": _ENTITY, "2": _ENTITY}),
    _FAILED_BATCH,
    b"HTTP/1.1 200 \n" * 20,
]
_ENVELOPE = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<Soap:Envelope xmlns:Soap="http://schemas.xmlsoap.org/soap/envelope/">'
    b"<Soap:Body>%s</Soap:Body></Soap:Envelope>"
)
_RESULT = (
    b'<Create_Result xmlns="%s"><Appointment><Key>1</Key></Appointment></Create_Result>'
    % SoapMapping().namespace.encode()
)
_FAULT = (
    b"<Soap:Fault><faultcode>a:Microsoft.Dynamics.Nav.Types.Exceptions.NavTestFieldException"
    b"</faultcode><faultstring>Status must be Open &#xB;</faultstring>"
    b"<detail><string>x</string></detail></Soap:Fault>"
)
SOAP = [_ENVELOPE % _RESULT, _ENVELOPE % _FAULT]
_ROW = (
    b"<Appointment><Key>1</Key><Entry_No>13</Entry_No><Appointment_Id>37743</Appointment_Id>"
    b"<Database_Action>I</Database_Action><Status>Error</Status>"
    b"<Last_Modified_Date>2026-07-21T14:03:09.447Z</Last_Modified_Date></Appointment>"
)


def soap_rows(rows: bytes) -> bytes:
    """Return the answer of ReadMultiple with these rows."""
    result = b"<ReadMultiple_Result>%s</ReadMultiple_Result>" % rows
    listed = b'<ReadMultiple_Result xmlns="%s">%s</ReadMultiple_Result>'
    return _ENVELOPE % (listed % (SoapMapping().namespace.encode(), result))


SOAP_ROWS = soap_rows(_ROW)
ODATA_ROWS = [
    json.dumps(
        {
            "value": [
                {
                    "systemId": "00000000-0000-0000-0000-000000000001",
                    "entryNo": 13,
                    "appointmentId": 37743,
                    "databaseAction": "I",
                    "lastModifiedDate": "2026-07-21T14:03:09.447Z",
                    "status": "Error",
                    "errorMessage": "The job is closed.",
                }
            ],
            "@odata.nextLink": "visits?$skiptoken=1",
        }
    ).encode()
]
WSDL = [wsdl("http://127.0.0.1:9/WS/Page/Appointment")]
EDMX = [api_page.edmx(), dataverse.edmx()]
