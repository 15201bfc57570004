"""Cases: scripted servers as people have met them, and what a crawl of them must come to.

The files of `tests/cases/answers` say in `about` and `seen` what each is. A rule of `server` answers requests that
have all of its texts in "HOST METHOD PATH BODY", where HOST is `i` or `www`; its answers come one after another, the
last one for ever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from tests.support import crawls
from tests.support.crawl import read_jsonl
from tests.support.in_one_process import one_process, order_of
from tests.support.recording_server import Recorded, RecordingServer, Reply
from tests.support.session_file import session_settings

CASES: Final = Path(__file__).parents[1] / "cases" / "answers"
#: The account of the session in the cases.
OWN: Final = "787132"


def body(document: Any, status: int = 200, **headers: str) -> dict[str, Any]:
    """An answer in JSON, or of the text that is given."""
    return {
        "status": status,
        "headers": headers,
        "body": document if isinstance(document, str) else orjson.dumps(document).decode(),
    }


def rule(*when: str, answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A rule of a server."""
    return {"when": list(when), "answers": list(answers)}


class Script:
    """Answers by rules.

    Args:
        rules: as a case has them.
    """

    def __init__(self, rules: Sequence[Mapping[str, Any]]) -> None:
        self._rules = rules
        self._used: dict[int, int] = {}
        self.texts: list[str] = []
        self.headers: list[set[str]] = []

    def reply(self, host: str, request: Recorded) -> Reply:
        """Answer a request to a host."""
        query = f"?{urlencode(request.query)}" if request.query else ""
        text = f"{host} {request.method} {request.path}{query} {request.body.decode('utf-8', 'replace')}"
        self.texts.append(text)
        self.headers.append(set(request.headers))
        for number, one in enumerate(self._rules):
            if all(word in text for word in one["when"]):
                turn = self._used.get(number, 0)
                self._used[number] = turn + 1
                answer = one["answers"][min(turn, len(one["answers"]) - 1)]
                headers = {"Content-Type": "application/json; charset=utf-8", **answer.get("headers", {})}
                return answer["status"], headers, answer.get("body", "").encode()
        return 500, {}, b"{}"


def try_case(case: Mapping[str, Any], folder: Path) -> list[str]:
    """Run a case and return what differs from what it expects."""
    if "replay" in case:
        return _replayed(case, folder)
    script, expect = Script(case["server"]), case["expect"]
    session = session_settings()
    session["authorization_data"]["ds_user_id"] = OWN
    (folder / "session.json").write_text(json.dumps({**session, **case.get("session", {})}))
    (folder / "session.json").chmod(0o600)
    with (
        RecordingServer(lambda request: script.reply("i", request)) as mobile,
        RecordingServer(lambda request: script.reply("www", request)) as web,
    ):
        settings = {
            "IG_MOBILE_URL": mobile.url,
            "IG_WEB_URL": web.url,
            "IG_SESSION": str(folder / "session.json"),
            "IG_STORE": f"sqlite:///{folder}/store.db",
            "IG_BUDGET": "False",
            **case.get("settings", {}),
        }
        code, told = _crawled([*case["crawl"], "-O", "out.jsonl"], settings, folder)
        sent, again = list(script.texts), None
        if "again_at_most" in expect:
            _crawled(case["crawl"], settings, folder)
            again = len(script.texts) - len(sent)
        stale = None
        if "stale_ids" in expect:
            listed = crawls.run("docids", "list", "--all", folder=folder, **settings)
            listed.wait()
            stale = listed.log.count("stale since")
    rows = read_jsonl(folder / "out.jsonl") if (folder / "out.jsonl").exists() else []
    wrong = list(_differing(expect, code, rows, told))
    if len(sent) > expect.get("requests_at_most", len(sent)):
        wrong.append(f"{len(sent)} requests")
    if again is not None and again > expect["again_at_most"]:
        wrong.append(f"{again} requests when run again")
    if stale != expect.get("stale_ids"):
        wrong.append(f"{stale} ids stale")
    wrong += [f"a request has {word!r}" for word in expect.get("requests_lack", []) if any(word in t for t in sent)]
    wrong += [f"no {name}" for name in expect.get("headers", []) if not any(name.lower() in h for h in script.headers)]
    return [*wrong, told] if wrong else []


def _crawled(words: Sequence[str], settings: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a crawl and return its exit code, and what it has told."""
    order = order_of(words, folder, settings)
    assert order is not None, words
    (done,) = one_process().run([order]).done
    return done.outcome["exit_code"], done.printed


def _replayed(case: Mapping[str, Any], folder: Path) -> list[str]:
    replay = case["replay"]
    (folder / "body").write_text(replay["body"])
    args = ("-a", "args=" + json.dumps(replay["args"])) if replay.get("args") else ()
    run = crawls.run("replay", replay["operation"], "body", *args, "-O", "out.jsonl", folder=folder)
    code = run.wait()
    rows = read_jsonl(folder / "out.jsonl") if (folder / "out.jsonl").exists() else []
    wrong = list(_differing(case["expect"], code, rows, run.log))
    return [*wrong, run.log] if wrong else []


def _differing(expect: Mapping[str, Any], code: int, rows: list[dict[str, Any]], told: str) -> list[str]:
    wrong = []
    exits = expect.get("exit", code)
    if code not in (exits if isinstance(exits, list) else [exits]):
        wrong.append(f"exit {code}")
    walks = [row for row in rows if row["type"] == "walk"]
    verdicts = [walk["verdict"] for walk in walks]
    if verdicts != expect.get("verdicts", verdicts):
        wrong.append(f"verdicts {verdicts}")
    for kind, number in expect.get("records", {}).items():
        found = sum(row["type"] == kind for row in rows)
        if found != number:
            wrong.append(f"{found} {kind}")
    for kind, values in expect.get("fields", {}).items():
        row = next((row for row in rows if row["type"] == kind), {})
        wrong += [f"{kind}.{name} is {row.get(name)!r}" for name, value in values.items() if row.get(name) != value]
    text = told + " ".join(str(walk.get("reason")) for walk in walks)
    if expect.get("reason_has", "") not in text:
        wrong.append(f"nothing says {expect['reason_has']!r}")
    wrong += [f"told {word!r}" for word in expect.get("told_lacks", []) if word in text]
    if "Traceback" in told:
        wrong.append("a traceback")
    return wrong
