"""Reads the states of records in Dataverse, and the system jobs that failed for them.

The plug-in step that processes a record may run as a system job (domain.md, 4.8). A failed job
holds the message (Microsoft: asyncoperation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.applied import AppliedState
from dispatcher.back_offices.applied_rows import RecordState
from dispatcher.back_offices.odata_records import ODataRecordReader, rows_in
from dispatcher.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatcher.back_offices.applied_rows import RecordKey
    from dispatcher.back_offices.http_client import BackOfficeHttpClient

HEADERS = {
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "Accept": "application/json",
    "Prefer": 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"',
}
FAILED_JOB = 31
"""The status code of a system job that failed (Microsoft: asyncoperation)."""
REGARDING = "_regardingobjectid_value"
NO_JOBS = (403, 404)
"""The account may not read system jobs, or the organisation has none."""


class DataverseRecordReader(ODataRecordReader):
    """Reads the records of one entity set by their ids."""

    def __init__(self, http: BackOfficeHttpClient, root: str, entity_set: str, key: str) -> None:
        super().__init__(http, f"{root}/{entity_set}", HEADERS, key)
        self._jobs = f"{root}/asyncoperations"

    def has_failures(self) -> bool:
        """Return True, because a failed system job holds the failure of a record."""
        return True

    async def read_failures(self, keys: Sequence[RecordKey]) -> dict[RecordKey, RecordState]:
        """Return the waiting records with a failed system job as refused, in a second call.

        Raises a DeliveryError.
        """
        regarding = " or ".join(f"{REGARDING} eq {key.value}" for key in keys)
        options = {
            "$select": f"{REGARDING},message,friendlymessage",
            "$filter": f"statuscode eq {FAILED_JOB} and ({regarding})",
        }
        try:
            response = await self.call(self._jobs, options)
        except DeliveryError as error:
            if error.http_status in NO_JOBS:
                return {}
            raise
        rows = await rows_in(response) if response.is_whole else None
        by_record: dict[str, Any] = {
            str(row.get(REGARDING)).lower(): row for row in rows or () if isinstance(row, dict)
        }
        return {
            key: RecordState(AppliedState.REFUSED, self._message(by_record[key.value]))
            for key in keys
            if key.value in by_record
        }

    def _message(self, job: dict[str, Any]) -> str:
        texts = (job.get("friendlymessage"), job.get("message"))
        text = next((text for text in texts if isinstance(text, str) and text.strip()), "")
        return self._http.faults.quote(text) or "A system job of the record failed."
