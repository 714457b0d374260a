"""The answers of a back office: the receipt of a success, and the text of a failure."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from common.contracts.message import Message

MAX_ANSWER_BYTES = 16 * 1024
"""The most bytes of a failed call's answer that are kept."""
MAX_RECEIPT_LENGTH = 500


class Receipt(Message):
    """The confirmation of a stored record. A field is None where the answer does not have it.

    ``record_id`` is the record's own id (``systemId`` of an API page, the GUID of Dataverse),
    ``entry_no`` the Entry No. of the staging table, ``key`` the Key of a page service, and
    ``location`` the address of the record without its query. ``etag`` is as RFC 9110, 8.8.3.
    """

    record_id: str | None = Field(default=None, max_length=MAX_RECEIPT_LENGTH)
    entry_no: str | None = Field(default=None, max_length=MAX_RECEIPT_LENGTH)
    key: str | None = Field(default=None, max_length=MAX_RECEIPT_LENGTH)
    location: str | None = Field(default=None, max_length=MAX_RECEIPT_LENGTH)
    etag: str | None = Field(default=None, max_length=MAX_RECEIPT_LENGTH)


class Answer(Message):
    """The answer to a failed call, with every secret of the connector masked.

    ``body`` has at most ``MAX_ANSWER_BYTES`` in UTF-8. ``is_whole`` is False for a longer one.
    """

    http_status: int
    content_type: str | None = Field(default=None, max_length=200)
    body: str
    is_whole: bool


class OutcomeCheck(Message):
    """A question to the back office whether it has the record of an attempt without an answer.

    ``found`` is None where the back office gave no usable reply. ``next_at`` is the time of the
    next check, or None when there is none.
    """

    at: AwareDatetime
    found: bool | None
    note: str = Field(max_length=1000)
    next_at: AwareDatetime | None = None
