"""The store of saved views. Each owner has at most 200, and names are unique per owner and list."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from portal_api.errors import ConflictError, NotFoundError
from portal_api.schemas.paging import Page
from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

MAX_VIEWS = 200
View = dict[str, Any]


class SavedViews:
    """The collection ``saved_views``. Only this class writes it."""

    def __init__(self, database: AsyncIOMotorDatabase[View]) -> None:
        self._views = database["saved_views"]

    async def page(
        self, owner: str, list_name: str | None, limit: int, after: str | None
    ) -> tuple[list[View], str | None]:
        """Return one page of the owner's views and of all shared views, by name."""
        wanted = {"$or": [{"owner": owner}, {"shared": True}]} | (
            {"list": list_name} if list_name else {}
        )
        with translate_errors():
            return await read_page(
                self._views, wanted, Page("name", is_descending=False, limit=limit, after=after)
            )

    async def get(self, view_id: str) -> View:
        """Return the saved view. Raises NotFoundError."""
        with translate_errors():
            found = await self._views.find_one({"_id": view_id})
        if found is None:
            raise NotFoundError(f"There is no saved view {view_id}")
        return found

    async def create(self, owner: str, fields: View) -> View:
        """Insert a saved view and return it. Raises ConflictError when the name is taken or the
        owner has 200 views.
        """
        view = fields | {"_id": uuid.uuid4().hex, "owner": owner, "changed_at": datetime.now(UTC)}
        with translate_errors():
            await self._write(self._views.insert_one(view), fields)
            if await self._views.count_documents({"owner": owner}, limit=MAX_VIEWS + 1) > MAX_VIEWS:
                await self._views.delete_one({"_id": view["_id"]})
                raise ConflictError(
                    f"You have {MAX_VIEWS} saved views, the maximum: delete one first"
                )
        return view

    async def change(self, before: View, fields: View) -> View:
        """Replace the fields and return the saved view. Raises ConflictError when the name is
        taken.
        """
        after = before | fields | {"changed_at": datetime.now(UTC)}
        with translate_errors():
            await self._write(self._views.replace_one({"_id": before["_id"]}, after), fields)
        return after

    async def remove(self, view_id: str) -> None:
        """Delete the saved view. It may be deleted already."""
        with translate_errors():
            await self._views.delete_one({"_id": view_id})

    async def _write(self, write: Any, fields: View) -> None:
        try:
            await write
        except DuplicateKeyError:
            raise ConflictError(
                f"You already have a saved view '{fields['name']}' of this list: "
                "choose another name"
            ) from None
