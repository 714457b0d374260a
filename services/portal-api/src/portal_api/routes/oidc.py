"""Sign-in with OpenID Connect. A browser opens these addresses, so they answer with redirects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from portal_api.accounts.oidc_config import return_path
from portal_api.accounts.user import AccountKind
from portal_api.auth.dependencies import same_origin
from portal_api.auth.oidc.pending import LIFETIME_S, Purpose
from portal_api.auth.oidc.refusals import SignInRefusedError
from portal_api.auth.oidc.sign_in import ProviderAnswer
from portal_api.errors import ForbiddenError, NotFoundError
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.accounts.config import AuthConfig
    from portal_api.accounts.oidc_config import OidcConfig
    from portal_api.auth.oidc.sign_in import OidcSignInService
    from portal_api.auth.open_session import SessionOpener
    from portal_api.store.users import Users

OFF = "Sign-in with OpenID Connect is off: set PORTAL_API_OIDC_ISSUER"
NO_SESSION = "Sign in with OpenID Connect first: only such a session can be verified there"
NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
REDIRECT: dict[str, Any] = {
    "description": "The next address of the browser.",
    "headers": {"Location": {"schema": {"type": "string"}}},
}


class OidcOption(BaseModel):
    """The button for OpenID Connect."""

    label: str = Field(description='The provider\'s name, as in "Sign in with <label>".')


class SignInOptions(BaseModel):
    """The ways to sign in."""

    local_accounts: bool = Field(description="Whether accounts with a password can sign in.")
    oidc: OidcOption | None = Field(description="None without OpenID Connect.")


class StartQuery(BaseModel):
    """The purpose, and the page of the website to return to."""

    purpose: Purpose = Field(
        default=Purpose.SIGN_IN,
        description=(
            "`verify` proves again that the person of the session is present. The session must be "
            "of an account of OpenID Connect."
        ),
    )
    return_to: str | None = Field(
        default=None,
        max_length=2000,
        description="A page of the website, such as /errors. Any other value has no effect.",
    )


class CallbackQuery(BaseModel):
    """The parameters that the provider adds to the address. Others have no effect."""

    state: str = Field(
        default="", max_length=500, description="The value that this sign-in sent to the provider."
    )
    code: str = Field(
        default="", max_length=8000, description="The code that the portal exchanges for the token."
    )
    error: str = Field(
        default="", max_length=500, description="The reason, if the provider refused."
    )
    iss: str | None = Field(
        default=None,
        max_length=2000,
        description="The issuer (RFC 9207), if the provider sends it.",
    )


def oidc(
    config: AuthConfig, service: OidcSignInService | None, users: Users, opener: SessionOpener
) -> APIRouter:
    """Return the router of OpenID Connect, which needs no caller."""
    router = APIRouter(tags=["Session"])
    cookie_name = "__Host-mboc_oidc" if config.is_secure else "mboc_oidc"

    def with_cookie(response: RedirectResponse, value: str) -> RedirectResponse:
        """Set the cookie of the sign-in in progress, or delete it.

        The provider sends the browser back from another site, so the cookie is not strict.
        """
        response.set_cookie(
            cookie_name,
            value,
            max_age=LIFETIME_S if value else 0,
            path="/",
            httponly=True,
            samesite="lax",
            secure=config.is_secure,
        )
        return response

    @router.get("/sign-in-options")
    async def read_sign_in_options() -> SignInOptions:
        """Read the ways to sign in. This needs no session."""
        return SignInOptions(
            local_accounts=config.has_local_accounts,
            oidc=OidcOption(label=config.oidc.label) if config.oidc else None,
        )

    @router.get(
        "/session/oidc",
        status_code=302,
        response_class=RedirectResponse,
        responses={302: REDIRECT, 303: REDIRECT, 404: PROBLEMS[404]},
        dependencies=[same_origin(config.origins)],
    )
    async def start_openid_connect(
        request: Request, query: Annotated[StartQuery, Query()]
    ) -> RedirectResponse:
        """Send the browser to the OpenID Connect provider, or to the sign-in page with the reason
        `refused` if the provider is unavailable.
        """
        known, started = _configured(config, service)
        caller = request.state.caller
        session_id = caller.session_id if caller else None
        if query.purpose is Purpose.VERIFY:
            session_id = await _session_id_to_verify(request, users)
        path = return_path(query.return_to, known.home)
        try:
            url, cookie = await started.start(query.purpose, path, session_id)
        except SignInRefusedError as error:
            return _refused(error)
        return with_cookie(RedirectResponse(url, 302, NOT_KEPT), cookie)

    @router.get(
        "/session/oidc/callback",
        status_code=303,
        response_class=RedirectResponse,
        responses={303: REDIRECT, 404: PROBLEMS[404]},
    )
    async def finish_openid_connect(
        request: Request, query: Annotated[CallbackQuery, Query()]
    ) -> RedirectResponse:
        """Take the provider's answer, set the session's cookie, and send the browser to the
        website. A refused sign-in leads to the sign-in page with the reason `refused`.
        """
        _, started = _configured(config, service)
        answer = ProviderAnswer(query.state, query.code, query.error, query.iss)
        try:
            pending, new = await started.finish(
                request.cookies.get(cookie_name, ""), answer, opener.origin_of(request)
            )
        except SignInRefusedError as error:
            return with_cookie(_refused(error), "")
        response = RedirectResponse(pending.return_path, 303, NOT_KEPT)
        if new is not None:
            opener.set_cookie(request, response, new)
        return with_cookie(response, "")

    return router


def _configured(
    config: AuthConfig, service: OidcSignInService | None
) -> tuple[OidcConfig, OidcSignInService]:
    if config.oidc is None or service is None:
        raise NotFoundError(OFF)
    return config.oidc, service


async def _session_id_to_verify(request: Request, users: Users) -> str:
    if (caller := request.state.caller) is None or caller.session_id is None:
        raise ForbiddenError(NO_SESSION)
    user = await users.find(caller.name)
    if user is None or user.kind is not AccountKind.OPENID_CONNECT:
        raise ForbiddenError(NO_SESSION)
    session_id: str = caller.session_id
    return session_id


def _refused(error: SignInRefusedError) -> RedirectResponse:
    return RedirectResponse(f"{error.page}?refused={error.refusal}", 303, NOT_KEPT)
