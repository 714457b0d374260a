"""``/api/docs``: the page of the API documentation, which the build of the website makes.

It shows Swagger UI with the API's own description. Its files are files of the website, and its
policy is the one of the website's page: no inline script, no other host, no frame (OWASP ASVS
4.0.3, 14.4.3 and 14.4.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_api.website.files import API_DOCS, read_file
from portal_api.website.page import page_response

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

NO_PAGE = (
    "The page of the API documentation is part of the website, and no website is built here. "
    "The description of the API is at /api/openapi.json.\n"
)


def api_docs(folder: Path | None) -> Route:
    """Return the route of the page. ``folder`` is the one of the built website."""
    path = folder / API_DOCS if folder else None
    page = read_file(path) if path and path.is_file() else None

    async def docs(_request: Request) -> Response:
        return page_response(page) if page else PlainTextResponse(NO_PAGE, status_code=404)

    return Route("/api/docs", docs, methods=["GET"], include_in_schema=False)
