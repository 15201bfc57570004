"""Answers that repeat the session: in good pages, errors, headers and cursors, in any form."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import orjson

from tests.siege.tally import Tally
from tests.support.in_one_process import Order, one_process
from tests.support.leaks import files_in, forms_of, found_in
from tests.support.recording_server import Recorded, RecordingServer, Reply
from tests.support.session_file import secrets_of, session_settings, write_session


def repeat(folder: Path, seed: int, tally: Tally) -> None:
    """Crawl a server that repeats the session everywhere, and count the secrets in what was written."""
    chance, secrets = random.Random(seed), secrets_of(session_settings())
    session_file = write_session(folder / "session.json")

    def answer(_: Recorded) -> Reply:
        return _reply(chance, list(secrets.values()))

    with RecordingServer(answer) as server:
        settings = {
            "IG_SESSION": str(session_file),
            "IG_MOBILE_URL": server.url,
            "IG_WEB_URL": server.url,
            "IG_STORE": f"sqlite:///{folder / 'store.db'}",
            "IG_STATE": str(folder / "state"),
            "IG_JSONL": str(folder / "out.jsonl"),
            "IG_RAW": str(folder / "raw.jsonl.zst"),
            "IG_FIELDS": "all",
            "IG_WAIT_MAX": 0,
            "IG_COOLDOWN": 0.02,
            "FEEDS": {str(folder / "out.csv"): {"format": "csv"}},
            "LOG_LEVEL": "DEBUG",
        }
        arguments = {"user_id": "25025320", "surface": chance.choice(["rest", "mobile"]), "max_pages": "4"}
        (done,) = one_process().run([Order("followers", arguments, settings)]).done
    (folder / "log.txt").write_text(done.log)
    found = found_in(files_in(folder, session_file), secrets)
    tally.note(f"answers, seed {seed}: {found}", "secrets_found", len(found))


def _reply(chance: random.Random, secrets: list[str]) -> Reply:
    def text() -> str:
        form = chance.choice(list(forms_of(chance.choice(secrets)).values()))
        return chance.choice(["{}", "me {} you", "https://cdn/x?s={}&t=1", "\u00e9{}\U0001f600", "\n{}\t"]).format(form)

    users: list[dict[str, Any]] = [
        {
            "pk": str(chance.randrange(10**9)),
            "username": chance.choice(["someone", text()]),
            "full_name": chance.choice(["Some One", text()]),
            "profile_pic_url": text(),
            "is_private": chance.choice([False, text()]),
            chance.choice(["extra", text()]): [text()],
        }
        for _ in range(chance.randrange(40))
    ]
    document: dict[str, Any] = {
        "users": users,
        "next_max_id": chance.choice([None, text(), str(chance.randrange(99))]),
        "status": "ok",
    }
    status = chance.choice([200, 200, 200, 400, 403, 429, 500, 302])
    if status != 200:
        document = {"message": text(), "error_title": text(), "status": "fail", chance.choice(["a", text()]): text()}
    body = orjson.dumps(document)
    if chance.random() < 0.2:
        body = f"<html><title>{text()}</title>{text()}</html>".encode()
    elif chance.random() < 0.1:
        body = body[: chance.randrange(len(body))]
    headers = {"X-Echo": text().encode("ascii", "ignore").decode().replace("\n", "").replace("\t", "")}
    if status == 302:
        headers["Location"] = f"/challenge/?next={headers['X-Echo']}"
    return status, headers, body
