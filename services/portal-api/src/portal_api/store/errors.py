"""Translates errors of the MongoDB driver into those of this service."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pymongo.errors import PyMongoError

from common.database import is_unavailable
from portal_api.errors import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def translate_errors() -> Iterator[None]:
    """Raise StoreUnavailableError for errors that mean an unavailable or slow MongoDB."""
    try:
        yield
    except PyMongoError as error:
        if error.timeout:
            raise StoreUnavailableError(
                "MongoDB did not answer within five seconds: narrow the request, such as to a "
                "shorter time, or try again later"
            ) from error
        if is_unavailable(error):
            raise StoreUnavailableError(
                "MongoDB is unavailable: try again in a few seconds"
            ) from error
        raise
