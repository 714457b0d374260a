"""A change of the API that breaks its clients is named."""

from __future__ import annotations

import copy
import json
from typing import Any

from portal_api.openapi import openapi_document
from tools.docs.breaking_changes import breaks


def test_additions_break_nothing_and_removals_are_named() -> None:
    now: dict[str, Any] = json.loads(openapi_document())
    less = copy.deepcopy(now)
    del less["paths"]["/api/causes"]
    del less["components"]["schemas"]["Delivery"]["properties"]["status"]
    less["components"]["schemas"]["NewCauseNote"]["properties"]["text"]["type"] = "integer"

    assert breaks(less, now) == ["NewCauseNote.text has another type"]
    assert breaks(now, less) == [
        "GET /api/causes is gone",
        "Delivery.status is gone",
        "NewCauseNote.text has another type",
    ]
