"""`mboc`, the command line of the portal API."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
import uuid
from pathlib import Path

import pytest

from tests.support.builders import a_snapshot
from tests.support.system import API_KEY, System, until


async def mboc(
    system: System, *words: str, key: str = API_KEY, url: str = "", typed: str = ""
) -> tuple[int, str]:
    """Run one command, and return its exit code and output."""
    told = os.environ | {
        "MBOC_URL": url or system.services["portal-api"].url,
        "MBOC_API_KEY": key,
        "COLUMNS": "300",
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("mboc"),
        *words,
        env=told,
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate(typed.encode())
    return process.returncode or 0, printed.decode()


async def test_lists_details_and_exports(system: System, app: str) -> None:
    await system.hook(app)
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )

    assert (
        delivery["delivery_id"]
        in (await mboc(system, "transactions", "list", "--source-app", app))[1]
    )
    _, lines = await mboc(system, "transactions", "list", "--source-app", app, "--json")
    assert [json.loads(line)["status"] for line in lines.splitlines()] == ["Success"]
    assert (
        json.loads((await mboc(system, "transactions", "show", delivery["delivery_id"]))[1])[
            "attempts"
        ][0]["status"]
        == "Success"
    )
    assert (await mboc(system, "transactions", "export", "--source-app", app))[1].count("\n") == 2
    assert (await mboc(system, "errors", "list", "--source-app", app))[
        1
    ].strip() == "Nothing found."
    key = delivery["appointment"]["key"]
    assert key in (await mboc(system, "appointments", "list", "--source-app", app))[1]
    assert (
        json.loads((await mboc(system, "appointments", "show", key))[1])["appointment_key"] == key
    )
    assert "1: Success" in (await mboc(system, "appointments", "timeline", key))[1]


async def test_the_snapshot_the_calls_and_the_answer_of_a_delivery(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    failed = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )
    delivery_id = failed["delivery_id"]

    payload = await mboc(system, "transactions", "payload", delivery_id)
    request = await mboc(system, "transactions", "request", delivery_id)
    curl = await mboc(system, "transactions", "request", delivery_id, "--attempt", "1", "--curl")
    answer = await mboc(system, "transactions", "answer", delivery_id)
    missing = await mboc(system, "transactions", "answer", delivery_id, "--attempt", "9")

    assert json.loads(payload[1])["body"]["Task"]["Job"]["SourceApp"] == app
    assert json.loads(request[1])["calls"][0]["method"] == "POST"
    assert curl[1].startswith("curl ")
    assert json.loads(answer[1])["http_status"] == 400
    assert (missing[0], "attempt 9" in missing[1]) == (1, True)


async def test_data_with_control_characters_is_escaped_in_the_terminal(
    system: System, app: str
) -> None:
    subjects = ["Pump [/b] half", "[urgent] pump", "wipe \x1b[2J this"]
    changes = [a_snapshot(source_app=app, Subject=subject) for subject in subjects]
    for change in changes:
        await system.delivery(await system.change("create", change), "MBOC Not Provided")
    (delivery, *_) = await system.deliveries(source_app=app)
    filters = ("--source-app", app)

    printed = [
        await mboc(system, *words)
        for words in (
            ("appointments", "list", *filters),
            ("transactions", "list", *filters),
            ("errors", "list", *filters),
            ("errors", "causes", *filters),
            ("appointments", "show", delivery["appointment"]["key"]),
            ("appointments", "timeline", delivery["appointment"]["key"]),
            ("transactions", "show", delivery["delivery_id"]),
            ("transactions", "list", "--search", "[/b]"),
            ("appointments", "show", "\x1b[2J"),
        )
    ]

    assert [code for code, _ in printed] == [0] * 8 + [1]
    assert all(subject in printed[0][1] for subject in subjects[:2])
    assert "\x1b" not in "".join(text for _, text in printed)


async def test_causes_and_notes(system: System, app: str) -> None:
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Failed")

    _, lines = await mboc(system, "errors", "causes", "--connector-id", connector_id, "--json")
    cause = json.loads(lines)["cause"]

    assert await mboc(system, "errors", "note", cause, "known") == (0, "Noted.\n")
    assert "known" in (await mboc(system, "errors", "causes", "--connector-id", connector_id))[1]


async def test_connectors_go_out_and_come_in_again(
    system: System, app: str, tmp_path: Path
) -> None:
    connector_id = await system.connector(name=app, source_app=app, uri=system.back_office(app))
    file = tmp_path / "connectors.json"
    exported = [
        connector
        for connector in json.loads((await mboc(system, "connectors", "export"))[1])
        if connector["name"] == app
    ]
    file.write_text(json.dumps([{**exported[0], "description": "imported"}]))

    code, said = await mboc(system, "connectors", "import", str(file), "--dry-run")
    assert (code, said.splitlines()[-1]) == (0, "Nothing was imported: a dry run.")
    code, said = await mboc(system, "connectors", "import", str(file))
    assert (code, said.splitlines()[-1]) == (0, "Done.")

    assert (
        json.loads((await mboc(system, "connectors", "show", connector_id))[1])["description"]
        == "imported"
    )
    assert (await mboc(system, "connectors", "test", connector_id))[0] == 0
    assert "disabled" in (await mboc(system, "connectors", "disable", connector_id))[1]
    assert [
        line.split()[-1]
        for line in (await mboc(system, "connectors", "versions", connector_id))[1].splitlines()[
            1:3
        ]
    ] == ["enabled", "description"]


async def test_a_wrong_row_is_named_with_its_field(system: System, tmp_path: Path) -> None:
    file = tmp_path / "connectors.csv"
    file.write_text("name,source_app,colour\nHook,CRONUS,red\n")

    code, said = await mboc(system, "connectors", "import", str(file))

    assert code == 1
    assert "colour: is not a column of connectors" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("transactions", "show", "none"), "There is no delivery none"),
        (("transactions", "list", "--status", "Odd"), "status"),
    ],
)
async def test_a_refusal_is_a_sentence_and_an_exit_code(
    system: System, words: tuple[str, ...], said: str
) -> None:
    code, printed = await mboc(system, *words)

    assert (code, said in printed, "Traceback" in printed) == (1, True, False)


async def test_a_wrong_key_and_a_wrong_address_are_named(system: System) -> None:
    assert "API key" in (await mboc(system, "connectors", "list", key="wrong"))[1]
    assert "MBOC_URL" in (await mboc(system, "connectors", "list", url="http://127.0.0.1:9"))[1]


async def test_users_keys_and_the_audit(system: System) -> None:
    name = f"user-{uuid.uuid4().hex[:8]}"

    assert await mboc(system, "users", "create", name, "viewer", typed="three made-up words\n") == (
        0,
        f"{name} is created, as viewer.\n",
    )
    assert await mboc(system, "users", "role", name, "operator") == (
        0,
        f"{name} is operator now.\n",
    )
    assert await mboc(system, "users", "disable", name) == (0, f"{name} is disabled.\n")
    assert await mboc(system, "users", "enable", name) == (0, f"{name} is enabled.\n")
    assert await mboc(system, "users", "password", name, typed="other made-up words\n") == (
        0,
        "The password is replaced.\n",
    )
    assert name in (await mboc(system, "users", "list"))[1]
    _, lines = await mboc(system, "audit", "list", "--target", name, "--json")
    assert [json.loads(line)["action"] for line in lines.splitlines()] == [
        "reset_password",
        *["change_user"] * 3,
        "create_user",
    ]
    assert (
        "change_user"
        in (await mboc(system, "audit", "list", "--target", name, "--action", "change_user"))[1]
    )


async def test_a_key_is_made_used_and_revoked(system: System) -> None:
    _, key = await mboc(
        system, "keys", "create", "nightly", "viewer", "--expires-at", "2099-01-01T00:00:00Z"
    )
    api_key_id = key.split("_")[1]

    assert (await mboc(system, "connectors", "list", key=key.strip()))[0] == 0
    assert "needs the role admin" in (await mboc(system, "users", "list", key=key.strip()))[1]
    assert api_key_id in (await mboc(system, "keys", "list"))[1]
    assert await mboc(system, "keys", "revoke", api_key_id) == (0, "The key is revoked.\n")
    assert (await mboc(system, "connectors", "list", key=key.strip()))[0] == 1


async def test_a_weak_password_is_refused_with_its_reason(system: System) -> None:
    code, said = await mboc(system, "users", "create", "nobody-yet", "viewer", typed="short\n")

    assert (code, "12 to 128 characters" in said) == (1, True)


async def test_logs_are_listed_and_followed(system: System, app: str) -> None:
    connector_id = await system.hook(app)
    first = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )

    async def listed() -> bool:
        return (
            first["delivery_id"]
            in (await mboc(system, "logs", "list", "--search", connector_id))[1]
        )

    await until(listed, "the line to be listed")
    assert (await mboc(system, "logs", "list", "--search", connector_id, "--level", "error"))[
        1
    ].strip() == "Nothing found."
    told = os.environ | {"MBOC_URL": system.services["portal-api"].url, "MBOC_API_KEY": API_KEY}
    words = ("logs", "tail", "--search", connector_id, "--service", "dispatcher", "--json")
    tailing = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("mboc"), *words, env=told, stdout=asyncio.subprocess.PIPE
    )
    assert tailing.stdout is not None
    lines = tailing.stdout
    try:
        async with asyncio.timeout(15):
            before = json.loads(await lines.readline())
            second = await system.delivery(
                await system.change("create", a_snapshot(source_app=app)), "Success"
            )
            after = json.loads(await lines.readline())
    finally:
        tailing.terminate()
        await tailing.wait()
    assert [line["delivery_id"] for line in (before, after)] == [
        first["delivery_id"],
        second["delivery_id"],
    ]


async def test_the_status_is_a_sentence_a_table_and_an_exit_code(system: System) -> None:
    code, said = await mboc(system, "status")
    _, document = await mboc(system, "status", "--json")

    assert (code == 0) == said.startswith("WELL: ")
    assert all(name in said for name in ("rabbitmq", "mongodb", "portal-api"))
    assert json.loads(document)["state"] in {"well", "troubled", "down"}


async def test_figures_are_counted_by_step(system: System, app: str) -> None:
    connector_id = await system.hook(app)
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")

    async def counted() -> bool:
        _, lines = await mboc(
            system, "figures", "--step", "day", "--connector-id", connector_id, "--json"
        )
        return [
            (json.loads(line)["accepted"], json.loads(line)["success"])
            for line in lines.splitlines()
            if line.startswith("{")
        ] == [(1, 1)]

    await until(counted, "the figures to be counted")


async def test_views_are_saved_used_and_removed(system: System, app: str) -> None:
    await system.hook(app)
    for number in range(2):
        await system.delivery(
            await system.change("create", a_snapshot(source_app=app, Subject=f"{app} {number}")),
            "Success",
        )

    assert await mboc(
        system,
        "views",
        "save",
        app,
        "deliveries",
        f"source_app={app}",
        "status=Failed",
        "status=Success",
    ) == (0, "Saved.\n")
    assert app in (await mboc(system, "views", "list", "--list", "deliveries"))[1]
    viewed = (await mboc(system, "transactions", "list", "--view", app, "--json"))[1].splitlines()
    narrowed = (
        await mboc(
            system, "transactions", "list", "--view", app, "--subject-begins", f"{app} 1", "--json"
        )
    )[1].splitlines()
    assert (len(viewed), len(narrowed)) == (2, 1)
    assert (await mboc(system, "transactions", "export", "--view", app))[1].count("\n") == 3
    assert await mboc(
        system, "views", "save", app, "deliveries", f"source_app={app}", "status=Failed"
    ) == (0, "Changed.\n")
    assert (await mboc(system, "transactions", "list", "--view", app))[
        1
    ].strip() == "Nothing found."
    assert await mboc(system, "views", "delete", app) == (0, "Removed.\n")
    code, said = await mboc(system, "transactions", "list", "--view", app)
    assert (code, said.strip()) == (1, f"There is no saved view '{app}'.")


async def test_filters_take_several_values_and_appointments_are_exported(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")

    _, lines = await mboc(
        system,
        "transactions",
        "list",
        "--source-app",
        app,
        "--status",
        "Failed",
        "--status",
        "Success",
        "--json",
    )
    assert len(lines.splitlines()) == 1
    assert (
        await mboc(
            system,
            "appointments",
            "export",
            "--source-app",
            app,
            "--phase",
            "done",
            "--format",
            "jsonl",
        )
    )[1].count("\n") == 1
    code, said = await mboc(
        system,
        "transactions",
        "list",
        "--received-from",
        "2026-07-02T00:00:00Z",
        "--received-to",
        "2026-07-01T00:00:00Z",
    )
    assert (code, "received_to: " in said) == (1, True)


async def test_a_delivery_takes_one_line_of_a_terminal_of_120_columns(
    system: System, app: str
) -> None:
    await system.hook(app)
    for _ in range(2):
        await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")

    terminal, inside = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("mboc"),
        *("transactions", "list", "--source-app", app),
        env=os.environ
        | {
            "MBOC_URL": system.services["portal-api"].url,
            "MBOC_API_KEY": API_KEY,
            "COLUMNS": "120",
        },
        stdout=inside,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await process.wait()
    os.close(inside)
    heading, *lines = os.read(terminal, 10_000).decode().splitlines()
    os.close(terminal)

    assert "delivery id" in heading
    assert len(lines) == 2
    assert all(len(line) <= 120 and "Success" in line for line in lines)
