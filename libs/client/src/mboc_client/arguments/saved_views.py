"""Saved views by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mboc_client.errors import ClientError

if TYPE_CHECKING:
    from mboc_client.portal import PortalClient


async def find_view(portal: PortalClient, name: str, list_name: str | None) -> dict[str, Any]:
    """Return the saved view of this name: the user's own, otherwise a shared one.

    Raises ClientError if there is no view, or more than one.
    """
    found = [
        view
        async for view in portal.items("/saved-views", {"list": list_name})
        if view["name"] == name
    ]
    candidates = [view for view in found if view["mine"]] or found
    if not candidates:
        raise ClientError(f"There is no saved view '{name}'.")
    if len(candidates) > 1:
        raise ClientError(
            f"There are several saved views '{name}'. Name the list with --list, or rename a view."
        )
    return candidates[0]
