"""``/api/connectors``: the connectors (MBOC settings); each write is a version and takes
effect within seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import audit_change, caller_of, require_role
from portal_api.connector_import.import_connectors import take_over
from portal_api.connector_import.rows import read_rows
from portal_api.connector_import.schemas import ImportQuery, ImportResult
from portal_api.connectors.fields import ConnectorChange, ConnectorFields
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

IMPORTED = "import"
MADE_UP = ("modified_at", "modified_by", "most_partitions", "secrets", "secrets_entered")
"""What the store adds to each version."""
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
WRONG: dict[int | str, dict[str, Any]] = MISSING | {409: PROBLEMS[409]}
UNTESTED: dict[int | str, dict[str, Any]] = MISSING | {504: PROBLEMS[504]}


def connectors(
    store: Connectors, publisher: ConnectorChangePublisher, tests: ConnectionTests
) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/connectors", tags=["Connectors"])
    _reading_and_writing(router, store, publisher)
    _importing(router, store, publisher)
    _testing(router, store, publisher, tests)
    return router


def _reading_and_writing(
    router: APIRouter, store: Connectors, publisher: ConnectorChangePublisher
) -> None:
    @router.get("")
    async def list_connectors() -> ConnectorList:
        """List the connectors by name, at most a thousand."""
        return ConnectorList(items=[as_response(connector) for connector in await store.all()])

    @router.post("", status_code=201, dependencies=[require_role(Role.ADMIN)])
    async def create_connector(
        request: Request, fields: Annotated[ConnectorFields, Body()], response: Response
    ) -> ConnectorResponse:
        """Create a connector; it is used within seconds."""
        connector = await store.create(
            fields.stored_fields(), fields.secrets(), caller_of(request).name
        )
        audit_change(request, connector.connector_id, after=audit_view(connector, fields.secrets()))
        await publisher.publish(connector.connector_id)
        response.headers["Location"] = f"/api/connectors/{connector.connector_id}"
        return as_response(connector)

    @router.get("/{connector_id}", responses=MISSING)
    async def read_connector(connector_id: str) -> ConnectorResponse:
        """Read one connector."""
        return as_response(await store.one(connector_id))

    @router.get("/{connector_id}/versions", responses=MISSING)
    async def list_connector_versions(
        connector_id: str, query: Annotated[PageQuery, Query()]
    ) -> ConnectorVersionPage:
        """List what a connector was, the newest version first: when and by whom, and which fields
        were changed. Secrets are never shown.
        """
        await store.one(connector_id)
        items, following = await store.history(connector_id, query.limit, query.after)
        known = {item.version: item for item in items}
        before = await store.versions([(connector_id, items[-1].version - 1)] if items else [])
        known |= {item.version: item for item in before.values()}
        return ConnectorVersionPage(
            items=[as_version(item, known.get(item.version - 1)) for item in items], next=following
        )

    @router.put("/{connector_id}", responses=WRONG, dependencies=[require_role(Role.ADMIN)])
    async def change_connector(
        request: Request, connector_id: str, fields: Annotated[ConnectorChange, Body()]
    ) -> ConnectorResponse:
        """Change a connector; the change is used within seconds."""
        before = await store.one(connector_id)
        if before.version != fields.version:
            raise ConflictError(
                f"The connector is at version {before.version} by now: read it again"
            )
        after = await store.change(
            before, fields.stored_fields(), fields.secrets(), caller_of(request).name
        )
        audit_change(request, connector_id, audit_view(before), audit_view(after, fields.secrets()))
        await publisher.publish(connector_id)
        return as_response(after)

    @router.post(
        "/{connector_id}/disable", responses=WRONG, dependencies=[require_role(Role.ADMIN)]
    )
    async def disable_connector(request: Request, connector_id: str) -> ConnectorResponse:
        """Disable a connector: its deliveries are recorded as *MBOC Publish
        Disabled*, never dropped.
        """
        return await _with(store, publisher, request, connector_id, enabled=False)

    @router.post("/{connector_id}/enable", responses=WRONG, dependencies=[require_role(Role.ADMIN)])
    async def enable_connector(request: Request, connector_id: str) -> ConnectorResponse:
        """Enable a connector."""
        return await _with(store, publisher, request, connector_id, enabled=True)


def _importing(router: APIRouter, store: Connectors, publisher: ConnectorChangePublisher) -> None:
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
        openapi_extra={"requestBody": {"content": content, "required": True}},
        dependencies=[require_role(Role.ADMIN)],
    )
    async def import_connectors(
        request: Request, query: Annotated[ImportQuery, Query()]
    ) -> ImportResult:
        """Create or change one connector per row of a JSON or CSV file, or say per row what is
        wrong and do nothing.
        """
        rows = read_rows(request.headers.get("content-type", ""), await request.body())
        imported = await take_over(store, rows, caller_of(request).name, dry_run=query.dry_run)
        audit_change(
            request, IMPORTED, after=imported.model_dump(exclude={"rows": {"__all__": {"errors"}}})
        )
        if imported.done:
            await publisher.publish(IMPORTED)
        return imported


def _testing(
    router: APIRouter,
    store: Connectors,
    publisher: ConnectorChangePublisher,
    tests: ConnectionTests,
) -> None:
    @router.post(
        "/{connector_id}/test", responses=UNTESTED, dependencies=[require_role(Role.OPERATOR)]
    )
    async def test_connector(request: Request, connector_id: str) -> ConnectionTestResult:
        """Try address, TLS, authentication and endpoint without sending an appointment."""
        tested = await tests.run(await store.one(connector_id))
        steps = [
            ConnectionTestStep.model_validate(step, from_attributes=True) for step in tested.steps
        ]
        passed = all(step.passed for step in steps)
        audit_change(request, connector_id, after={"passed": passed})
        return ConnectionTestResult(passed=passed, steps=steps, mapping=tested.mapping)

    @router.post(
        "/{connector_id}/take-over-names",
        responses=UNTESTED | WRONG,
        dependencies=[require_role(Role.ADMIN)],
    )
    async def take_over_names(request: Request, connector_id: str) -> ConnectorResponse:
        """Use the names that the back office's own WSDL has from now on."""
        tested = await tests.run(await store.one(connector_id))
        if tested.mapping is None:
            raise ConflictError(
                "The back office shows no description with names: test the connector to see why"
            )
        return await _with(store, publisher, request, connector_id, mapping=tested.mapping)


async def _with(
    store: Connectors,
    publisher: ConnectorChangePublisher,
    request: Request,
    connector_id: str,
    **changes: Any,
) -> ConnectorResponse:
    """Change some fields, and keep the others and all secrets."""
    before = await store.one(connector_id)
    kept = before.model_dump(exclude={"connector_id", "version", *MADE_UP})
    after = await store.change(before, kept | changes, {}, caller_of(request).name)
    audit_change(request, connector_id, audit_view(before), audit_view(after))
    await publisher.publish(connector_id)
    return as_response(after)
