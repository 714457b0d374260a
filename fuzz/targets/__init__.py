"""The parsers of each service, and all of them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.targets.authentication import authentication_parsers
from fuzz.targets.back_offices import back_office_parsers
from fuzz.targets.ingest import ingest_parsers
from fuzz.targets.messages import message_parsers
from fuzz.targets.portal_api import portal_api_parsers
from fuzz.targets.retry import retry_parsers

if TYPE_CHECKING:
    from fuzz.parser import Parser


def all_parsers() -> dict[str, Parser]:
    """Return every parser by its name."""
    found = (
        *back_office_parsers(),
        *authentication_parsers(),
        *ingest_parsers(),
        *portal_api_parsers(),
        *retry_parsers(),
        *message_parsers(),
    )
    return {parser.name: parser for parser in found}
