from __future__ import annotations

import shlex

import pytest

from common.contracts.mapped_request import MappedCall, MappedHeader
from portal_api.payloads.curl import curl_command
from portal_api.payloads.differences import MAX_CHANGES, differences, parse


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ('{"A": {"B": [1, {"C": 2}]}}', '{"A": {"B": [1, {"C": 3}]}}', [("A.B[1].C", "changed")]),
        ('{"A": 1}', '{"A": true}', [("A", "changed")]),
        ('{"A": null}', "{}", [("A", "removed")]),
        ("{}", '{"A": null}', [("A", "added")]),
        ('{"A": 1.10}', '{"A": 1.10}', []),
        ('{"a b": 1}', '{"a b": 2}', [('["a b"]', "changed")]),
        ('{"A": [1]}', '{"A": {"B": 1}}', [("A", "changed")]),
    ],
)
def test_differences_name_the_path(before: str, after: str, changes: list[tuple[str, str]]) -> None:
    assert [(c.path, c.kind) for c in differences(parse(before), parse(after))] == changes


def test_the_number_of_differences_is_limited() -> None:
    assert len(differences([], list(range(100_000)))) == MAX_CHANGES


def test_deep_values_are_compared() -> None:
    deep = "[" * 300 + "1" + "]" * 300

    assert len(differences(parse(deep), parse(deep.replace("1", "2")))) == 1


@pytest.mark.parametrize("body", ["@/etc/passwd", "it's", '$(id) `id` \\ "', "a\nb", "-x"])
def test_the_body_reaches_curl_unchanged(body: str) -> None:
    call = MappedCall(method="POST", url="https://a.example/({id})/x?***", headers=(), body=body)

    words = shlex.split(curl_command(call))

    assert words[words.index("--data-raw") + 1] == body


def test_a_cut_body_is_read_from_a_file_and_headers_of_the_connection_are_left_out() -> None:
    headers = tuple(
        MappedHeader(name=name, value=value)
        for name, value in (("Host", "a"), ("Content-Length", "1"), ("X-Key", "***"), ("X-No", ""))
    )
    call = MappedCall(
        method="PUT", url="https://a.example/", headers=headers, body="{", is_whole=False
    )

    assert curl_command(call) == (
        "curl --globoff --request PUT --url https://a.example/ "
        "--header 'X-Key: '\"${MBOC_X_KEY:?}\" --header 'X-No;' --data-binary @body.txt"
    )
