"""Every setting is explained once, in its class, and the page shows the same text."""

from __future__ import annotations

import pytest

from local_stack.settings import Settings as Local
from tools.docs.configuration_page import PAGE, SETTINGS, page, settings_of

OWNERS = SETTINGS | {"local": Local}


def test_the_page_of_settings_is_that_of_the_code() -> None:
    assert page() == PAGE.read_text(), "run `make docs`"


@pytest.mark.parametrize("owner", OWNERS)
def test_every_setting_has_a_sentence(owner: str) -> None:
    unexplained = {
        name
        for name, field in OWNERS[owner].model_fields.items()
        if not (field.description or "").endswith(".")
    }

    assert not unexplained


@pytest.mark.parametrize("owner", OWNERS)
def test_exactly_the_secrets_are_marked_as_such(owner: str) -> None:
    secret = {
        name
        for name, field in OWNERS[owner].model_fields.items()
        if "Secret" in str(field.annotation)
    }

    settings = zip(OWNERS[owner].model_fields, settings_of(OWNERS[owner]), strict=True)

    assert {name for name, setting in settings if setting.takes.startswith("**secret**")} == secret
