"""Builds the OpenAPI document without a connection to a server."""

from __future__ import annotations

import json
from functools import partial

from common import topology
from common.broker import Publisher, connect
from common.database import open_database
from common.sealing import KeyRing
from portal_api.accounts.config import AuthConfig
from portal_api.api import build_api
from portal_api.build_auth import build_auth
from portal_api.build_monitoring import Monitoring, MonitoringOptions
from portal_api.build_routes import build_routes
from portal_api.connectors.connection_tests import ConnectionTests
from portal_api.payloads.request_views import DispatcherQuestions, RequestViews
from portal_api.store.connectors import Connectors


def openapi_document() -> str:
    """Return the OpenAPI document as it stands in ``docs/api``."""
    database = open_database("mongodb://127.0.0.1", "none")
    publisher = Publisher(partial(connect, "amqp://127.0.0.1", "none"), topology.PORTAL_API)
    keys = KeyRing({})
    auth = build_auth(database, keys, AuthConfig())
    routers = build_routes(
        database,
        publisher,
        Connectors(database, keys),
        DispatcherQuestions(ConnectionTests(publisher), RequestViews(publisher)),
        auth,
        Monitoring(database, MonitoringOptions(), "none"),
    )
    document = build_api(routers, auth).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
