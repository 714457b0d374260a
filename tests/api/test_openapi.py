"""The running API against its OpenAPI document, with random requests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.configuration import set_hypothesis_home_dir
from schemathesis import checks
from schemathesis.config import CacheConfig, SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as described_checks

from portal_api.openapi import openapi_document
from tests.api.conftest import Credentials
from tests.support.system import System

EXCLUDED = {
    "GET /api/events": "never ends",
    "DELETE /api/session": "would end the session that the others need",
    "DELETE /api/sessions": "would end the sessions that the others need",
    "PUT /api/session/password": "five wrong passwords lock the account that the others need",
}
NEVER_WRONG = {
    "GET /api/session/oidc/callback": "an invalid answer is longer than an address may be",
    "POST /api/connectors/import": "any text at all is a file of comma-separated values",
}
EXAMPLES = {"key": 10, "viewer": 2, "operator": 2, "admin": 4}
"""Requests of each kind, valid and invalid, per operation."""
CHECKS = [
    checks.not_a_server_error,
    described_checks.status_code_conformance,
    described_checks.content_type_conformance,
    described_checks.response_headers_conformance,
    described_checks.response_schema_conformance,
]
BAD = [*CHECKS, described_checks.negative_data_rejection]


def schema() -> Any:
    loaded = schemathesis.openapi.from_dict(
        json.loads(openapi_document()), config=SchemathesisConfig(cache=CacheConfig(enabled=False))
    )
    loaded.config.generation.update(with_security_parameters=False)
    return loaded


OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in schema().get_all_operations()
}


def may_be_wrong(operation: Any) -> bool:
    """Whether the operation has an input that can be invalid. A path may hold any word."""
    bound = [
        parameter
        for parameter in operation.path_parameters
        if set(parameter.definition["schema"]) - {"type", "title", "description"}
    ]
    return bool(operation.query or operation.body or bound)


CASES = [(name, GenerationMode.POSITIVE) for name in OPERATIONS if name not in EXCLUDED]
CASES += [
    (name, GenerationMode.NEGATIVE)
    for name, _ in CASES
    if may_be_wrong(OPERATIONS[name]) and name not in NEVER_WRONG
]


@pytest.fixture(scope="module", autouse=True)
def fuzzer_leaves_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    set_hypothesis_home_dir(tmp_path_factory.mktemp("hypothesis"))


class Portal(NamedTuple):
    """The addresses, connection, credentials and ids that requests use."""

    url: str
    http: requests.Session
    credentials: Mapping[str, Credentials]
    existing_ids: Mapping[str, str]

    def ask(self, case: Any, who: str) -> Any:
        """Send the request of the test case."""
        return case.call(self.url, self.http, dict(self.credentials[who].headers))


@pytest.fixture(scope="module")
def portal(
    fuzzed_system: System, credentials: Mapping[str, Credentials], existing_ids: Mapping[str, str]
) -> Iterator[Portal]:
    with requests.Session() as session:
        yield Portal(fuzzed_system.services["portal-api"].url, session, credentials, existing_ids)


def test_every_excluded_operation_exists() -> None:
    assert {*EXCLUDED, *NEVER_WRONG} <= set(OPERATIONS)


@pytest.mark.parametrize(("name", "mode"), CASES, ids=str)
@pytest.mark.parametrize("who", EXAMPLES)
def test_every_answer_is_one_that_is_described(
    portal: Portal, who: str, name: str, mode: GenerationMode
) -> None:
    asked = 0

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=EXAMPLES[who],
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=OPERATIONS[name].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        if mode is GenerationMode.POSITIVE and asked % 2:
            case.path_parameters |= {
                parameter: portal.existing_ids[parameter]
                for parameter in case.path_parameters or {}
                if parameter in portal.existing_ids
            }
        case.validate_response(
            portal.ask(case, who), checks=CHECKS if mode is GenerationMode.POSITIVE else BAD
        )

    ask()
