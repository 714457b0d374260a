"""Keeps, changes and removes saved views: one's own, and for an admin those of others
that are shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.accounts.roles import Role
from portal_api.errors import ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller
    from portal_api.store.saved_views import SavedViews

View = dict[str, Any]


class SavedViewService:
    """What a caller may do with views; raises NotFoundError, ForbiddenError and ConflictError."""

    def __init__(self, store: SavedViews) -> None:
        self._store = store

    async def create(self, caller: Caller, fields: View) -> View:
        """Keep a new one."""
        _may_share(caller, fields)
        return await self._store.create(caller.name, fields)

    async def get(self, caller: Caller, view_id: str) -> View:
        """Return one of the caller's own or a shared one."""
        view = await self._store.get(view_id)
        if view["owner"] != caller.name and not view["shared"]:
            raise NotFoundError(f"There is no saved view {view_id}")
        return view

    async def change(self, caller: Caller, view_id: str, fields: View) -> tuple[View, View]:
        """Put these fields in place of the others; returns the view before and after."""
        before = await self._own(caller, view_id)
        _may_share(caller, fields)
        return before, await self._store.change(before, fields)

    async def remove(self, caller: Caller, view_id: str) -> View:
        """Remove one, and return what it was."""
        before = await self._own(caller, view_id)
        await self._store.remove(view_id)
        return before

    async def _own(self, caller: Caller, view_id: str) -> View:
        view = await self.get(caller, view_id)
        if view["owner"] != caller.name and not caller.role.may(Role.ADMIN):
            raise ForbiddenError(f"The saved view belongs to {view['owner']}: keep one of your own")
        return view


def _may_share(caller: Caller, fields: View) -> None:
    if fields["shared"] and not caller.role.may(Role.OPERATOR):
        raise ForbiddenError(
            f"Sharing a view needs the role {Role.OPERATOR}; yours is {caller.role}"
        )
