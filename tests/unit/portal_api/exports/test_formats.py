from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel

from portal_api.exports.formats import as_csv, as_excel


class ImportedRow(BaseModel):
    subject: str


async def one(subject: str) -> AsyncIterator[list[dict[str, Any]]]:
    yield [{"subject": subject}]


@pytest.mark.parametrize(
    "begin", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff20x"]
)
async def test_no_cell_is_a_formula_for_a_spreadsheet(begin: str) -> None:
    text = "".join(
        [part async for part in as_csv(one(begin), ImportedRow.model_validate, ("subject",))]
    )

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [f"'{begin}"]


@pytest.mark.parametrize("subject", ["Überholung; 3\t4", 'a "b"\nc', "圧縮機 🛠"])
async def test_a_file_for_excel_holds_every_text(subject: str) -> None:
    raw = b"".join(
        [part async for part in as_excel(one(subject), ImportedRow.model_validate, ("subject",))]
    )

    text = io.StringIO(raw.decode("utf-16"), newline="")
    assert list(csv.reader(text, delimiter="\t"))[1] == [subject]
