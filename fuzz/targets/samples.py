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
BATCH = [
    dataverse.Batch().created({"1": _ENTITY, "2": _ENTITY}),
    b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n"
    b"Content-ID: 1\r\n\r\nHTTP/1.1 412 Precondition Failed\r\nContent-Type: application/json\r\n"
    b'Retry-After: 5\r\n\r\n{"error":{"code":"0x80040237","message":"duplicate"}}\r\n--c--\r\n--b--\r\n',
    b"HTTP/1.1 200 \n" * 20,
]
SOAP = [
    b'<?xml version="1.0" encoding="utf-8"?><Soap:Envelope xmlns:Soap="http://schemas.xmlsoap.org/soap/'
    b'envelope/"><Soap:Body><Create_Result xmlns="%s"><Appointment><Key>1</Key></Appointment>'
    b"</Create_Result></Soap:Body></Soap:Envelope>" % SoapMapping().namespace.encode(),
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>'
    b"a:Microsoft.Dynamics.Nav.Types.Exceptions.NavTestFieldException</faultcode><faultstring>Status "
    b"must be Open &#xB;</faultstring><detail><string>x</string></detail></s:Fault></s:Body></s:Envelope>",
]
WSDL = [wsdl("http://127.0.0.1:9/WS/Page/Appointment")]
EDMX = [api_page.edmx(), dataverse.edmx()]
