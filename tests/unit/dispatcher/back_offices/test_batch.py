from __future__ import annotations

from dispatcher.back_offices.dataverse.batch import change_set, parse_batch


def test_each_record_is_one_part_of_one_change_set() -> None:
    sent = change_set(
        [
            ("/api/dime_dsappointments(1)", {"dime_subject": "é"}),
            ("/api/lines(2)", {"up@odata.bind": "/dime_dsappointments(1)"}),
        ]
    ).decode()

    assert sent.count("--mboc-changes\r\n") == 2
    assert "Content-ID: 2\r\n\r\nPATCH /api/lines(2) HTTP/1.1\r\n" in sent
    assert sent.count("\r\nIf-None-Match: *\r\n\r\n{") == 2
    assert sent.endswith("--mboc-changes--\r\n\r\n--mboc-batch--\r\n")


def test_the_inner_answers_are_found() -> None:
    body = (
        b"--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n"
        b"--changesetresponse_2\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n"
        b"HTTP/1.1 204 No Content\r\nOData-EntityId: https://org/dime_dsappointments(1)\r\n\r\n\r\n"
        b"--changesetresponse_2\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\n"
        b"HTTP/1.1 400 Bad Request\r\n"
        b"Content-Type: application/json\r\n\r\n"
        b'{"error":{"code":"0x80048d19","message":"no"}}\r\n'
        b"--changesetresponse_2--\r\n--batchresponse_1--\r\n"
    )

    first, second = parse_batch(body, 2)

    assert (first.status, first.headers["OData-EntityId"]) == (
        204,
        "https://org/dime_dsappointments(1)",
    )
    assert (second.status, second.body) == (400, b'{"error":{"code":"0x80048d19","message":"no"}}')
