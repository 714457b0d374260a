"""The connector's form shows, at its field, a value that HTTP cannot carry."""

from __future__ import annotations

from tests.browser.conftest import OpenPortal
from tests.support.system import System


async def test_a_text_that_http_cannot_carry_is_named_at_its_field(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    connector_id = await system.connector(
        source_app=app, name=f"Orders {app}", uri=system.back_office(app)
    )
    at = await open_portal("admin")
    await at.open(f"/connectors/{connector_id}")
    uri = at.page.get_by_role("textbox", name="URI")

    await uri.fill(f"{system.back_office(app)} ")
    await at.button("Save").click()
    await at.sees("must not have blanks around it")
    await uri.fill(system.back_office(app))
    await at.button("Add a header").click()
    await at.page.get_by_label("Header", exact=True).fill("Content-Length")
    await at.page.get_by_label("Value", exact=True).fill("7")
    await at.button("Save").click()

    await at.sees("must not be added, because the connector sets it")
    await at.page.get_by_label("Header", exact=True).fill("X-Key")
    await at.button("Save").click()

    versions = at.page.get_by_role("list", name="Versions").get_by_role("listitem")
    await versions.filter(has_text="Version 2").wait_for()
