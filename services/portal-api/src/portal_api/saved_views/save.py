"""Saves, changes and removes saved views. An admin may also change the shared views of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.accounts.roles import Role
from portal_api.errors import ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller
    from portal_api.store.saved_views import SavedViews

View = dict[str, Any]


class SavedViewService:
    """Saved views with permissions. Raises NotFoundError, ForbiddenError and ConflictError."""

    def __init__(self, store: SavedViews) -> None:
        self._store = store

    async def create(self, caller: Caller, fields: View) -> View:
        """Save a new view of the caller."""
        _check_may_share(caller, fields)
        return await self._store.create(caller.name, fields)

    async def get(self, caller: Caller, view_id: str) -> View:
        """Return a view of the caller, or a shared view."""
        view = await self._store.get(view_id)
        if view["owner"] != caller.name and not view["shared"]:
            raise NotFoundError(f"There is no saved view {view_id}")
        return view

    async def change(self, caller: Caller, view_id: str, fields: View) -> tuple[View, View]:
        """Replace the fields of a view, and return the view before and after the change."""
        before = await self._get_editable(caller, view_id)
        _check_may_share(caller, fields)
        return before, await self._store.change(before, fields)

    async def remove(self, caller: Caller, view_id: str) -> View:
        """Remove a view, and return the removed view."""
        before = await self._get_editable(caller, view_id)
        await self._store.remove(view_id)
        return before

    async def _get_editable(self, caller: Caller, view_id: str) -> View:
        view = await self.get(caller, view_id)
        if view["owner"] != caller.name and not caller.role.may(Role.ADMIN):
            raise ForbiddenError(
                f"The saved view belongs to {view['owner']}: save a view of your own instead"
            )
        return view


def _check_may_share(caller: Caller, fields: View) -> None:
    if fields["shared"] and not caller.role.may(Role.OPERATOR):
        raise ForbiddenError(
            f"Sharing a view needs the role {Role.OPERATOR}; yours is {caller.role}"
        )
