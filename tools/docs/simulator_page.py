"""Writes docs/simulator.md from the simulator's faults for `make docs`."""

from __future__ import annotations

from pathlib import Path

from simulator.back_offices.fault import Fault

PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"
HEAD = """# Simulator

The simulator plays Dime.Scheduler and every back office over real HTTP, for demos, tests and \
benchmarks.
Never run it in production.
`make docs` generates this page from the faults.

The first call creates a back office: `/back-offices/<name>` is a webhook.
Below it are the page service of Business Central and NAV, Business Central's API page, and \
Dataverse.
`GET /back-offices/<name>` counts its calls.
`GET /back-offices/<name>/records` shows the records as stored.

It stores decimals digit by digit, and dates from 1753 on, as real back offices do.
Business Central and NAV accept 20 decimals, from -999,999,999,999,999.99 to 999,999,999,999,999.99.
Dataverse accepts 10 decimals, from -100,000,000,000 to 100,000,000,000.
Other values are refused with an error of the protocol.
In a change set of Dataverse, a PATCH with `If-None-Match: *` creates a record with the id of its \
address, and 412 answers an id that exists.
The change set is stored completely or not at all.

Records are processed later, if you set the shares of each result:

```sh
curl -X PUT http://127.0.0.1:8602/back-offices/bc/processing \\
  -d '{"applied": 45, "refused": 4, "reverted": 1, "after_s": 30}'
```

The first 45 of each 50 records are applied, then 4 are refused and 1 is reverted.
`waiting` is the share that stays new, and `message` the text of refused and reverted records.
`Read` and `ReadMultiple` of the page service show the states.
`$filter` shows them at the API page, at `ODataV4/Company('…')/Appointments` and at Dataverse.
In Dataverse, a refused record has a failed row in `asyncoperations`.

`PUT /back-offices/<name>/faults` adds a fault, `DELETE` removes all:

```sh
curl -X PUT http://127.0.0.1:8602/back-offices/bc/faults \\
  -d '{"status": 504, "stored_first": true, "times": 2}'
```

| Field | Does |
|---|---|
"""


def page() -> str:
    """Return the text of the page."""
    return HEAD + "".join(
        f"| `{name}` | {field.description} |\n" for name, field in Fault.model_fields.items()
    )


if __name__ == "__main__":
    PAGE.write_text(page())
