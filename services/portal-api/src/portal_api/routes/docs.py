"""``/api/docs``: the API documentation, from an installed package and not from another host."""

from __future__ import annotations

import swagger_ui_bundle
from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles


def add_docs(app: FastAPI) -> None:
    """Add the documentation and its assets to the application."""
    router = APIRouter()

    @router.get("/api/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        assets = "/api/docs/assets"
        return get_swagger_ui_html(
            openapi_url="/api/openapi.json",
            title="Back Office Connector",
            swagger_js_url=f"{assets}/swagger-ui-bundle.js",
            swagger_css_url=f"{assets}/swagger-ui.css",
            swagger_favicon_url=f"{assets}/favicon-32x32.png",
        )

    app.include_router(router)
    app.mount("/api/docs/assets", StaticFiles(directory=swagger_ui_bundle.swagger_ui_path))
