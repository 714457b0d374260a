"""The website has the origin of the API and a strict content security policy. Browsers cache its
unchanging files, and no address of the API is hidden.
"""

from __future__ import annotations

import re

from multidict import CIMultiDictProxy

from tests.support.system import System


async def fetched(
    system: System, path: str, method: str = "GET", **headers: str
) -> tuple[int, CIMultiDictProxy[str], str]:
    url = f"{system.services['portal-api'].url}{path}"
    async with system.http.request(method, url, headers=headers) as answer:
        return answer.status, answer.headers, await answer.text()


async def test_a_deep_link_opens_the_page_under_a_policy_of_no_inline_scripts_and_a_fresh_nonce(
    system: System,
) -> None:
    status, headers, page = await fetched(system, "/errors?status=Failed")
    _, others, _ = await fetched(system, "/errors?status=Failed")

    policy = headers["Content-Security-Policy"]
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert policy != others["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"' in page


async def test_the_api_documentation_has_the_policy_of_the_page_and_is_no_file(
    system: System,
) -> None:
    status, headers, page = await fetched(system, "/api/docs")
    _, others, root = await fetched(system, "/api-docs.html")

    policy = headers["Content-Security-Policy"]
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page
    assert "nonce-" in others["Content-Security-Policy"]
    assert "CSP_NONCE" not in page + root
    assert 'id="api"' not in root


async def test_a_file_named_by_its_content_is_cached_for_ever_and_compressed(
    system: System,
) -> None:
    _, _, page = await fetched(system, "/")
    script = re.search(r'src="(/assets/[^"]+\.js)"', page)
    assert script

    status, headers, _ = await fetched(system, script[1], **{"Accept-Encoding": "gzip"})
    again, _, _ = await fetched(system, script[1], **{"If-None-Match": headers["ETag"]})

    assert (status, headers["Content-Encoding"], again) == (200, "gzip", 304)
    assert "immutable" in headers["Cache-Control"]
    assert (await fetched(system, "/assets/none-such.js"))[0] == 404


async def test_unknown_addresses_of_the_api_are_not_answered_by_the_website(
    system: System,
) -> None:
    status, headers, _ = await fetched(system, "/api/none-such")
    posted, _, _ = await fetched(system, "/none-such", "POST")

    assert (status, headers["Content-Type"]) == (404, "application/problem+json")
    assert posted in {404, 405}
    assert (await fetched(system, "/health/live"))[0] == 200


async def test_no_file_outside_the_folder_is_served(system: System) -> None:
    for path in (
        "/..%2f..%2fpyproject.toml",
        "/assets/..%2f..%2f..%2fpyproject.toml",
        "/%2e%2e/pyproject.toml",
    ):
        assert "[tool" not in (await fetched(system, path))[2]


async def test_without_a_website_the_api_works_as_before(system: System) -> None:
    await system.start("portal-api", "portal-api-bare", PORTAL_API_WEB_FOLDER="")

    url = system.services["portal-api-bare"].url
    async with (
        system.http.get(f"{url}/errors") as page,
        system.http.get(f"{url}/health/ready") as ready,
        system.http.get(f"{url}/api/docs") as docs,
    ):
        answered = page.status, ready.status, docs.status
        sentence = await docs.text()
    await system.stop("portal-api-bare")

    assert answered == (404, 200, 404)
    assert "no website is built here" in sentence
