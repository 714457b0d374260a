"""The response with a page: its HTML with a new nonce, under the policy of the website."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from portal_api.website.policy import NONCE, new_nonce, page_headers

if TYPE_CHECKING:
    from portal_api.website.files import File


def page_response(page: File) -> Response:
    """Return the response with the page."""
    nonce = new_nonce()
    return Response(
        page.plain.replace(NONCE, nonce.encode()),
        media_type=page.content_type,
        headers=page_headers(nonce),
    )
