"""``/api/connectors``: the connectors (MBOC settings).

Each write stores a new version, which takes effect within seconds.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import audit_change, caller_of, require_role
from portal_api.auth.verification import VERIFIED
from portal_api.connector_import.import_connectors import import_rows
from portal_api.connector_import.rows import read_rows
from portal_api.connector_import.schemas import ImportQuery, ImportResult
from portal_api.connectors.fields import STORE_FIELDS, ConnectorChange, ConnectorFields
from portal_api.connectors.schemas import (
    ConnectionTestResult,
    ConnectionTestStep,
    ConnectorList,
    ConnectorResponse,
    ConnectorVersionPage,
    as_response,
    as_version,
    audit_view,
)
from portal_api.errors import ConflictError
from portal_api.schemas.paging import PageQuery
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.connectors.change_publisher import ConnectorChangePublisher
    from portal_api.connectors.connection_tests import ConnectionTests
    from portal_api.store.connectors import Connectors

IMPORT_TARGET = "import"
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
CONFLICT: dict[int | str, dict[str, Any]] = MISSING | {409: PROBLEMS[409]}
UNTESTED: dict[int | str, dict[str, Any]] = MISSING | {504: PROBLEMS[504]}


def connectors(
    store: Connectors, publisher: ConnectorChangePublisher, tests: ConnectionTests
) -> APIRouter:
    """Return the router of connectors."""
    router = APIRouter(prefix="/connectors", tags=["Connectors"])
    _add_read_and_write_routes(router, store, publisher)
    _add_import_route(router, store, publisher)
    _add_test_routes(router, store, publisher, tests)
    return router


def _add_read_and_write_routes(
    router: APIRouter, store: Connectors, publisher: ConnectorChangePublisher
) -> None:
    @router.get("")
    async def list_connectors() -> ConnectorList:
        """List the connectors by name, at most a thousand."""
        return ConnectorList(items=[as_response(connector) for connector in await store.all()])

    @router.post("", status_code=201, dependencies=[require_role(Role.ADMIN), VERIFIED])
    async def create_connector(
        request: Request, fields: Annotated[ConnectorFields, Body()], response: Response
    ) -> ConnectorResponse:
        """Create a connector, which takes effect within seconds."""
        connector = await store.create(
            fields.stored_fields(), fields.secrets(), modified_by=caller_of(request).name
        )
        audit_change(request, connector.connector_id, after=audit_view(connector, fields.secrets()))
        await publisher.publish(connector.connector_id)
        response.headers["Location"] = f"/api/connectors/{connector.connector_id}"
        return as_response(connector)

    @router.get("/{connector_id}", responses=MISSING)
    async def read_connector(connector_id: str) -> ConnectorResponse:
        """Read one connector."""
        return as_response(await store.get(connector_id))

    @router.get("/{connector_id}/versions", responses=MISSING)
    async def list_connector_versions(
        connector_id: str, query: Annotated[PageQuery, Query()]
    ) -> ConnectorVersionPage:
        """List the versions of a connector, the newest first, each with its time, its author and
        the changed fields. Secrets are never shown.
        """
        await store.get(connector_id)
        items, following = await store.history(connector_id, query.limit, query.after)
        by_version = {item.version: item for item in items}
        earlier = await store.versions([(connector_id, items[-1].version - 1)] if items else [])
        by_version |= {item.version: item for item in earlier.values()}
        return ConnectorVersionPage(
            items=[as_version(item, by_version.get(item.version - 1)) for item in items],
            next=following,
        )

    @router.put(
        "/{connector_id}", responses=CONFLICT, dependencies=[require_role(Role.ADMIN), VERIFIED]
    )
    async def change_connector(
        request: Request, connector_id: str, fields: Annotated[ConnectorChange, Body()]
    ) -> ConnectorResponse:
        """Change a connector, with effect within seconds."""
        before = await store.get(connector_id)
        # The client may have read an older version. The store cannot know that version: it refuses
        # only a change between the read above and its own write.
        if before.version != fields.version:
            raise ConflictError(f"The connector is at version {before.version} now: read it again")
        after = await store.change(
            before, fields.stored_fields(), fields.secrets(), modified_by=caller_of(request).name
        )
        audit_change(request, connector_id, audit_view(before), audit_view(after, fields.secrets()))
        await publisher.publish(connector_id)
        return as_response(after)

    @router.post(
        "/{connector_id}/disable", responses=CONFLICT, dependencies=[require_role(Role.ADMIN)]
    )
    async def disable_connector(request: Request, connector_id: str) -> ConnectorResponse:
        """Disable a connector. Its deliveries are recorded as *MBOC Publish Disabled*, never
        dropped.
        """
        return await _change_fields(store, publisher, request, connector_id, enabled=False)

    @router.post(
        "/{connector_id}/enable", responses=CONFLICT, dependencies=[require_role(Role.ADMIN)]
    )
    async def enable_connector(request: Request, connector_id: str) -> ConnectorResponse:
        """Enable a connector."""
        return await _change_fields(store, publisher, request, connector_id, enabled=True)


def _add_import_route(
    router: APIRouter, store: Connectors, publisher: ConnectorChangePublisher
) -> None:
    content: dict[str, Any] = {
        "application/json": {
            "schema": {
                "anyOf": [{"type": "array", "items": {"type": "object"}}, {"type": "object"}]
            }
        },
        "text/csv": {"schema": {"type": "string"}},
    }

    @router.post(
        "/import",
        responses={415: PROBLEMS[415]},
        openapi_extra={"requestBody": {"content": content, "required": True}},
        dependencies=[require_role(Role.ADMIN), VERIFIED],
    )
    async def import_connectors(
        request: Request, query: Annotated[ImportQuery, Query()]
    ) -> ImportResult:
        """Create or change one connector for each row of a JSON or CSV file.

        If a row is wrong, nothing is changed, and the response lists the errors of each row.
        """
        content_type = request.headers.get("content-type", "")
        rows = await asyncio.to_thread(read_rows, content_type, await request.body())
        imported = await import_rows(
            store, rows, modified_by=caller_of(request).name, dry_run=query.dry_run
        )
        audit_change(
            request,
            IMPORT_TARGET,
            after=imported.model_dump(exclude={"rows": {"__all__": {"errors"}}}),
        )
        if imported.done:
            await publisher.publish(IMPORT_TARGET)
        return imported


def _add_test_routes(
    router: APIRouter,
    store: Connectors,
    publisher: ConnectorChangePublisher,
    tests: ConnectionTests,
) -> None:
    @router.post(
        "/{connector_id}/test", responses=UNTESTED, dependencies=[require_role(Role.OPERATOR)]
    )
    async def test_connector(request: Request, connector_id: str) -> ConnectionTestResult:
        """Test address, TLS, authentication and endpoint without sending an appointment."""
        test = await tests.run(await store.get(connector_id))
        steps = [
            ConnectionTestStep.model_validate(step, from_attributes=True) for step in test.steps
        ]
        passed = all(step.passed for step in steps)
        audit_change(request, connector_id, after={"passed": passed})
        return ConnectionTestResult(passed=passed, steps=steps, mapping=test.mapping)

    @router.post(
        "/{connector_id}/take-over-names",
        responses=UNTESTED | CONFLICT,
        dependencies=[require_role(Role.ADMIN), VERIFIED],
    )
    async def take_over_names(request: Request, connector_id: str) -> ConnectorResponse:
        """Use the element names of the back office's own WSDL from now on."""
        test = await tests.run(await store.get(connector_id))
        if test.mapping is None:
            raise ConflictError(
                "The back office publishes no WSDL with names: test the connector to see the reason"
            )
        return await _change_fields(store, publisher, request, connector_id, mapping=test.mapping)


async def _change_fields(
    store: Connectors,
    publisher: ConnectorChangePublisher,
    request: Request,
    connector_id: str,
    **changes: Any,
) -> ConnectorResponse:
    """Change some fields of a connector. The other fields and all secrets stay as they are."""
    before = await store.get(connector_id)
    unchanged = before.model_dump(exclude=STORE_FIELDS)
    after = await store.change(
        before, unchanged | changes, entered_secrets={}, modified_by=caller_of(request).name
    )
    audit_change(request, connector_id, audit_view(before), audit_view(after))
    await publisher.publish(connector_id)
    return as_response(after)
