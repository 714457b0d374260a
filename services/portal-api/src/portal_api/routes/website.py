"""Every address that is nobody else's: the website's files, and its page for all others, so that a
deep link opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Match, Route

from portal_api.website.files import PAGE, read_files
from portal_api.website.policy import NONCE, new_nonce, of_file, of_page

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import Scope

    from portal_api.website.files import File

NOT_OURS = ("/api", "/health", "/metrics")
ASSETS = "assets/"


class WebsiteRoute(Route):
    """Matches what a browser may ask for; an address of the API stays the API's, whether or not
    there is such a one.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Leave alone what is not the website's."""
        path = scope.get("path", "")
        if (
            scope["type"] != "http"
            or scope["method"] not in {"GET", "HEAD"}
            or any(path == other or path.startswith(f"{other}/") for other in NOT_OURS)
        ):
            return Match.NONE, {}
        return super().matches(scope)


def website(folder: Path) -> list[WebsiteRoute]:
    """Return the route; it comes after all others."""
    files = read_files(folder)

    async def answer(request: Request) -> Response:
        path = request.path_params["path"]
        found = files.get(path)
        if path == PAGE or (found is None and not path.startswith(ASSETS)):
            return _page(files[PAGE])
        return (
            _file(found, request, is_named_by_content=path.startswith(ASSETS))
            if found
            else Response(status_code=404)
        )

    return [WebsiteRoute("/{path:path}", answer, methods=["GET"], include_in_schema=False)]


def _page(page: File) -> Response:
    nonce = new_nonce()
    return Response(
        page.plain.replace(NONCE, nonce.encode()),
        media_type=page.content_type,
        headers=of_page(nonce),
    )


def _file(file: File, request: Request, *, is_named_by_content: bool) -> Response:
    headers = of_file(is_named_by_content=is_named_by_content) | {
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    encoding, body = file.best(request.headers.get("accept-encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=file.content_type, headers=headers)
