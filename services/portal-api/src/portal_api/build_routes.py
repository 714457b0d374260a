"""Builds the routes of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.connectors.change_publisher import ConnectorChangePublisher
from portal_api.operations.forget_order import ForgetOrderService
from portal_api.operations.submit import OperationService
from portal_api.routes.appointments import appointments
from portal_api.routes.causes import causes
from portal_api.routes.connectors import connectors
from portal_api.routes.deliveries import deliveries
from portal_api.routes.forget_order import forget_order
from portal_api.routes.operations import operations
from portal_api.routes.payloads import payloads
from portal_api.routes.saved_views import saved_views
from portal_api.routes.timelines import timelines
from portal_api.saved_views.save import SavedViewService
from portal_api.store.causes import Causes
from portal_api.store.deliveries import DeliveryQueries
from portal_api.store.operations import Operations
from portal_api.store.payloads import PayloadQueries
from portal_api.store.saved_views import SavedViews
from portal_api.store.writer import Writer

if TYPE_CHECKING:
    from fastapi import APIRouter
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.broker import Publisher
    from portal_api.build_auth import AuthComponents
    from portal_api.build_monitoring import Monitoring
    from portal_api.payloads.request_views import DispatcherQuestions
    from portal_api.store.connectors import Connectors


def build_routes(
    database: AsyncIOMotorDatabase[dict[str, Any]],
    publisher: Publisher,
    connector_store: Connectors,
    questions: DispatcherQuestions,
    auth: AuthComponents,
    monitoring: Monitoring,
) -> list[APIRouter]:
    """Return the routers in the order of the API's documentation.

    A path with a fixed word stands before the path with a parameter in the same place.
    """
    queries = DeliveryQueries(database)
    view_store = SavedViews(database)
    operation_store = Operations(database, Writer(database))
    cause_store = Causes(database)
    return [
        appointments(queries, connector_store),
        forget_order(ForgetOrderService(publisher, queries)),
        deliveries(queries, connector_store, monitoring.timer_job),
        payloads(PayloadQueries(database), queries, questions.views),
        timelines(queries, connector_store, operation_store, cause_store, auth.audit),
        causes(cause_store, queries),
        saved_views(view_store, SavedViewService(view_store)),
        connectors(connector_store, ConnectorChangePublisher(publisher), questions.tests),
        operations(
            operation_store,
            OperationService(publisher, operation_store, queries),
            queries,
            connector_store,
        ),
        *monitoring.routers(connector_store),
        *auth.routers,
    ]
