"""The website: its files, and its page under every other path, so that deep links open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Match, Route

from portal_api.website.files import PAGE, read_file, read_files
from portal_api.website.page import page_response
from portal_api.website.policy import file_headers

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import Scope

    from portal_api.website.files import File

OTHER_PATHS = ("/api", "/health", "/metrics")
ASSETS = "assets/"


class WebsiteRoute(Route):
    """The route of the website. It matches no path of the API, even without an API route for it,
    so that the API answers 404.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return no match for other methods and for the paths of the API."""
        path = scope.get("path", "")
        if (
            scope["type"] != "http"
            or scope["method"] not in {"GET", "HEAD"}
            or any(path == other or path.startswith(f"{other}/") for other in OTHER_PATHS)
        ):
            return Match.NONE, {}
        return super().matches(scope)


def website(folder: Path) -> list[WebsiteRoute]:
    """Return the route of the website, which must stand after all others."""
    page, files = read_file(folder / PAGE), read_files(folder)

    async def answer(request: Request) -> Response:
        path = request.path_params["path"]
        found = files.get(path)
        if found is None and not path.startswith(ASSETS):
            return page_response(page)
        return (
            _file(found, request, is_named_by_content=path.startswith(ASSETS))
            if found
            else Response(status_code=404)
        )

    return [WebsiteRoute("/{path:path}", answer, methods=["GET"], include_in_schema=False)]


def _file(file: File, request: Request, *, is_named_by_content: bool) -> Response:
    headers = file_headers(is_named_by_content=is_named_by_content) | {
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    encoding, body = file.body_for(request.headers.get("accept-encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=file.content_type, headers=headers)
