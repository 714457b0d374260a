"""The audit of exports: an entry before the first row is read, and its outcome after the last one
(OWASP ASVS 4.0.3, 8.3.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from portal_api.auth.dependencies import audit_draft_of
from portal_api.errors import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from fastapi import Request

    from portal_api.exports.download import Download

log = structlog.get_logger()


async def audited_download(request: Request, download: Coroutine[Any, Any, Download]) -> Download:
    """Return the download, with an audit entry of its filter and its number of rows.

    Raises StoreUnavailableError, and reads nothing, while the audit cannot be written.
    """
    draft = audit_draft_of(request)
    wanted: dict[str, Any] = {
        name: values[0] if len(values := request.query_params.getlist(name)) == 1 else values
        for name in request.query_params
    }
    draft.set_change("", None, {"query": wanted})
    try:
        await draft.begin()
    except StoreUnavailableError:
        download.close()
        raise
    answer = await download

    async def finish() -> None:
        draft.set_change(
            "", None, {"query": wanted, "rows": answer.rows, "complete": answer.is_complete}
        )
        try:
            await draft.finish(answer.status_code)
        except StoreUnavailableError:
            log.warning("the end of an export is not in the audit", rows=answer.rows)

    answer.on_end = finish
    draft.is_download = True
    return answer
