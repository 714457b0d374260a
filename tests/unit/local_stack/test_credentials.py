from __future__ import annotations

import json
import stat
from pathlib import Path

from common.sealing import KeyRing
from local_stack.credentials import ADMIN, credentials
from portal_api.accounts.password_policy import weakness


def test_they_are_generated_once(tmp_path: Path) -> None:
    assert credentials(tmp_path) == credentials(tmp_path)


def test_two_directories_share_none(tmp_path: Path) -> None:
    one, other = credentials(tmp_path / "one"), credentials(tmp_path / "other")

    assert not set(one.model_dump().values()) & set(other.model_dump().values())


def test_what_an_earlier_version_generated_stays_and_gets_a_password(tmp_path: Path) -> None:
    old = credentials(tmp_path).model_dump(exclude={"admin_password"})
    (tmp_path / "credentials.json").write_text(json.dumps(old))

    completed = credentials(tmp_path)

    assert completed.model_dump(exclude={"admin_password"}) == old
    assert weakness(completed.admin_password, ADMIN) is None
    assert credentials(tmp_path) == completed


def test_only_their_owner_may_read_them(tmp_path: Path) -> None:
    credentials(tmp_path)

    assert stat.S_IMODE((tmp_path / "credentials.json").stat().st_mode) == 0o600


def test_the_key_ring_seals_and_opens(tmp_path: Path) -> None:
    ring = KeyRing.parse(credentials(tmp_path).secret_keys)

    assert ring.open(ring.seal("s3cret", "a1"), "a1") == "s3cret"


def test_they_are_not_shown(tmp_path: Path) -> None:
    made = credentials(tmp_path)

    assert made.api_key not in repr(made)
    assert made.admin_password not in repr(made)
