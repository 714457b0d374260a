"""Tests a webhook without sending an appointment, by HEAD and GET."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatcher.back_offices.calls import HttpCall
from dispatcher.back_offices.probe import ProbeResult, is_sign_in_page

if TYPE_CHECKING:
    from dispatcher.back_offices.http_client import BackOfficeHttpClient

NO_HEAD = (404, 405, 501)


async def probe(http: BackOfficeHttpClient) -> ProbeResult:
    """Send HEAD. A receiver that knows nothing but POST proves the address as well.

    A page is read with GET, because a sign-in page would answer every POST with 200. Raises a
    DeliveryError.
    """
    uri = http.uri
    response = await http.call(HttpCall("HEAD", uri))
    if response.status in NO_HEAD:
        return ProbeResult(
            passed=True,
            sentence=(
                "A server answers, but does not support HEAD (status code "
                f"{response.status}), so only a delivery can confirm the webhook."
            ),
        )
    if not response.is_success:
        raise http.faults.status_error(response)
    if "html" in response.headers.get("Content-Type", "").lower():
        page = await http.call(HttpCall("GET", uri))
        if is_sign_in_page(page):
            return ProbeResult(
                passed=False,
                sentence=(
                    "A sign-in page answers, not a webhook: check the URI, its query, and "
                    "proxies on the way."
                ),
                shows_admission=False,
            )
    return ProbeResult(passed=True, sentence=f"The webhook answered HEAD with {response.status}.")
