"""The store of second factors, in the documents of their accounts. Secrets are stored sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.sealing import SealError
from portal_api.accounts.second_factor import RecoveryCodes, second_factor_context
from portal_api.errors import ConflictError
from portal_api.schemas.types import now_in_milliseconds
from portal_api.store.errors import translate_errors
from portal_api.store.user_documents import second_factor_document

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.sealing import KeyRing
    from portal_api.accounts.second_factor import SecondFactor, SecondFactorOffer

UNREADABLE = (
    "No key of SECRET_KEYS opens the secret of this second factor: use a recovery code, or have "
    "an administrator reset the second factor"
)
_PARTS = ("second_factor", "second_factor_offer")


class SecondFactors:
    """The second factors in the collection ``users``.

    Every change names the factor that it expects, so of two requests at once only one succeeds.
    Raises StoreUnavailableError while MongoDB cannot be reached.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], keys: KeyRing) -> None:
        self._users = database["users"]
        self._sessions = database["sessions"]
        self._keys = keys

    async def offer(self, name: str, secret: str) -> None:
        """Store a secret that the account has to confirm. An earlier offer ends."""
        sealed = self._keys.seal(secret, second_factor_context(name))
        offer = {"secret": sealed, "offered_at": now_in_milliseconds()}
        with translate_errors():
            await self._users.update_one({"_id": name}, {"$set": {"second_factor_offer": offer}})

    def secret_of(self, name: str, stored: SecondFactor | SecondFactorOffer) -> str:
        """Return the secret of a factor or an offer. Raises ConflictError without its key."""
        try:
            return self._keys.open(stored.secret, second_factor_context(name))
        except SealError:
            raise ConflictError(UNREADABLE) from None

    async def enrol(
        self, name: str, offer: SecondFactorOffer, step: int, codes: RecoveryCodes
    ) -> bool:
        """Make the offer the account's second factor. Return false when it is no longer offered."""
        factor = second_factor_document(
            offer.secret, now_in_milliseconds(), step, codes.salt, codes.hashes
        )
        return await self._change(
            {"_id": name, "second_factor_offer.secret": offer.secret},
            {"$set": {"second_factor": factor}, "$unset": {"second_factor_offer": ""}},
        )

    async def use_step(self, name: str, factor: SecondFactor, step: int) -> bool:
        """Store the time step of an accepted code. Return false when it was used before."""
        return await self._change(
            _is(name, factor) | {"second_factor.last_step": {"$lt": step}},
            {"$set": {"second_factor.last_step": step}},
        )

    async def use_recovery_code(self, name: str, factor: SecondFactor, hashed: str) -> bool:
        """Remove the hash of a recovery code. Return false when it was used before."""
        return await self._change(
            _is(name, factor) | {"second_factor.recovery_codes": hashed},
            {"$pull": {"second_factor.recovery_codes": hashed}},
        )

    async def replace_recovery_codes(
        self, name: str, factor: SecondFactor, codes: RecoveryCodes
    ) -> bool:
        """Replace all recovery codes. Return false when the factor was changed meanwhile."""
        return await self._change(
            _is(name, factor),
            {
                "$set": {
                    "second_factor.salt": codes.salt,
                    "second_factor.recovery_codes": codes.hashes,
                }
            },
        )

    async def disable(self, name: str, factor: SecondFactor) -> bool:
        """Remove the second factor. Return false when it was changed meanwhile."""
        return await self._change(_is(name, factor), {"$unset": dict.fromkeys(_PARTS, "")})

    async def rekey(self) -> int:
        """Seal all secrets with the newest key. Return the number of accounts. Raises SealError."""
        changed = 0
        for part in _PARTS:
            async for found in self._users.find({part: {"$exists": True}}, {part: 1}):
                context, before = second_factor_context(found["_id"]), found[part]["secret"]
                after = self._keys.seal(self._keys.open(before, context), context)
                changed += await self._change(
                    {"_id": found["_id"], f"{part}.secret": before},
                    {"$set": {f"{part}.secret": after}},
                )
        return changed

    async def _change(self, expected: dict[str, Any], update: dict[str, Any]) -> bool:
        with translate_errors():
            result = await self._users.update_one(expected, update)
        return result.modified_count == 1


def _is(name: str, factor: SecondFactor) -> dict[str, Any]:
    return {"_id": name, "second_factor.enrolled_at": factor.enrolled_at}
