"""A crawl goes through everything that can go wrong, and of all that it wrote nothing holds a part of the session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from igcrawl.output.raw_archive import RawAnswer, RawArchive
from igcrawl.sessions.redaction import Redaction
from igcrawl.simulator import Simulator
from tests.conftest import Scrapy
from tests.support import crawls
from tests.support.leaks import files_in, forms_of, found_in, tables_in
from tests.support.place import Done, Place
from tests.support.postgres import ready_database
from tests.support.recording_server import Recorded, RecordingServer, Reply
from tests.support.session_file import SESSIONID, secrets_of, session_settings, write_session
from tests.support.transports import HTTP11, OURS, over_each

EVERYTHING = (
    "-L", "DEBUG", "-s", "STATS_DUMP=True", "-s", "JOBDIR=job", "-s", "IG_RAW=raw.jsonl.zst", "-s", "IG_COOLDOWN=0.1",
)  # fmt: skip
NEW = "51234567890%3AnEwSeSsIoNiDx%3A13%3AAYdNewOnlyNewOnlyNewOnly"


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a store without a crawl."""
    with ExitStack() as stack:
        yield "sqlite:///store.db" if request.param == "sqlite" else stack.enter_context(ready_database())


@pytest.fixture
def transport(store: str) -> tuple[str, ...]:
    """What to add to a crawl: each transport is tested, and each store, but not each with each."""
    return HTTP11 if store.startswith("postgres") else OURS


def all_written(folder: Path, session_file: Path, store: str) -> dict[str, bytes]:
    """What a search for leaks looks through: all files, unpacked, the database, and what `scrapy walks` prints."""
    walks = crawls.run("walks", folder=folder, log=folder / "walks.txt", IG_STORE=store)
    assert walks.wait() == 0
    contents = files_in(folder, session_file) | {"scrapy walks": walks.log.encode()}
    return contents | (tables_in(store) if store.startswith("postgres") else {})


def secrets_in(session_file: Path) -> dict[str, str]:
    """Every secret of a session file, by name."""
    return secrets_of(orjson.loads(session_file.read_bytes()))


def repeated(session_file: Path) -> list[str]:
    """The session id in every form."""
    return list(forms_of(secrets_in(session_file)["sessionid"]).values())


def test_a_crawl_through_all_faults_leaves_no_part_of_the_session_anywhere(
    simulator: Simulator, tmp_path: Path, store: str, transport: tuple[str, ...]
) -> None:
    place = Place(simulator, tmp_path, IG_STORE=store, IG_WAIT_MAX="")
    session_file = tmp_path / "session.json"
    secrets = {f"first {name}": value for name, value in secrets_in(session_file).items()}
    add, output = simulator.faults.add, ("-o", "x.csv", "-o", "x.jsonl")

    def crawl(code: int) -> Done:
        done = place.crawl("followers", "user_id=25025320", *EVERYTHING, *transport, output=output, code=code)
        number = len(list(tmp_path.glob("run-*.txt")))
        secrets.update({f"{name} of run {number}": value for name, value in secrets_in(session_file).items()})
        return done

    # What passes: the walk goes on behind each.
    for nth, kind in enumerate(("status", "cut_connection", "cut_body", "broken_gzip", "truncated_json"), start=2):
        add(operation="followers", nth=nth, kind=kind)
    add(operation="followers", nth=9, kind="refresh", revoke=True)
    add(operation="followers", nth=11, kind="throttle")
    odd = {"message": " ".join(repeated(session_file)[:2]), "status": "fail"}
    for nth in (13, 14):  # with the cursor, and again; without it all is well
        add(operation="followers", nth=nth, kind="raw", status=400, body=odd)
    first = crawl(0)
    assert secrets_in(session_file)["sessionid"] != secrets["first sessionid"]
    assert "[redacted]" in first.log
    simulator.faults.clear()
    # What ends a run: the next one goes on.
    login = f"/accounts/odd/?next={repeated(session_file)[1]}"
    add(operation="followers", times=3, kind="raw", status=302, body="", headers={"Location": login})
    assert "led to" in crawl(0).log
    simulator.faults.clear()
    add(operation="followers", nth=2, kind="refresh", revoke=True)
    for nth in (4, 5, 6):
        add(operation="followers", kind="stale_doc_id", nth=nth)
    crawl(0)
    simulator.faults.clear()
    add(nth=2, kind="challenge")
    last = crawl(3)
    assert last.records
    assert "DEBUG" in last.log
    assert "dumping scrapy stats" in last.log.lower()
    contents = all_written(tmp_path, session_file, store)
    assert {"x.jsonl", "x.csv", "run-1.txt", "raw.jsonl.zst, unpacked", "scrapy walks"} <= set(contents)
    assert any(name.startswith("job/") for name in contents)
    assert any(name in contents for name in ("store.db", "table walks"))
    assert len({value for name, value in secrets.items() if name.startswith(("first sessionid", "sessionid"))}) == 3
    assert found_in(contents, secrets) == []


def answers_that_repeat(secret: str) -> list[Reply]:
    """What a server could say a part of the session in."""
    messages = [orjson.dumps({"message": f"odd: {form}", "status": "fail"}) for form in forms_of(secret).values()]
    data: dict[str, Any] = {"data": {secret: {secret: [secret]}}, "status": "ok"}
    return [
        *((400, {}, message) for message in messages),
        (200, {}, messages[0]),
        (200, {}, orjson.dumps({"message": secret, "status": "ok", "data": {"user": None}})),
        (200, {}, orjson.dumps({"error": {"message": secret}, "data": {"user": None}})),
        (200, {}, orjson.dumps({"status": "fail", "message": secret, "filler": "x" * 40_000})),
        (400, {}, orjson.dumps({"status": "fail", "message": secret, "filler": "x" * 40_000})),
        (200, {}, orjson.dumps(data)),
        (200, {}, f"<html>{secret}</html>".encode()),
        (200, {}, f'{{"{secret}'.encode()),
        (302, {"Location": f"https://i.instagram.com/odd/?{secret}", "X-Odd": secret}, b""),
        (404, {"Set-Cookie": f"sessionid={secret}; Domain=evil.example"}, secret.encode()),
    ]


def test_no_answer_makes_a_crawl_write_down_what_it_repeats(
    tmp_path: Path, store: str, transport: tuple[str, ...], scrapy: Scrapy
) -> None:
    session_file = write_session(tmp_path / "session.json")
    secrets = {f"first {name}": value for name, value in secrets_in(session_file).items()}
    refresh = {
        "Set-Cookie": f"sessionid={NEW}; Path=/",
        "IG-Set-X-MID": "Znewtestmidvalue0123",
        "IG-Set-IG-U-RUR": "R,1,x:01f7",
    }
    replies: list[Reply] = [(200, refresh, b'{"data":{"user":null},"status":"ok"}')]
    for secret in (SESSIONID, NEW, SESSIONID.replace("%3A", ":"), session_settings()["uuids"]["uuid"]):
        replies += answers_that_repeat(secret)
    waiting = iter(replies)

    good = (200, {}, b'{"data":{"user":{"pk":"1","username":"u"}},"user":{"pk":"1","username":"u"},"status":"ok"}')

    def reply(request: Recorded) -> Reply:
        # Every other target is answered well, so that the crawl goes on; what evidence asks is, too.
        odd = re.search(rb"%22id%22%3A%22\d{0,2}[13579]%22", request.body)
        return next(waiting, good) if odd else good

    with RecordingServer(reply) as server:
        environment = {"IG_MOBILE_URL": server.url, "IG_WEB_URL": server.url, "IG_SESSION": str(session_file)}
        ids = ",".join(str(number) for number in range(1, 2 * len(replies)))
        run = scrapy(
            "crawl", "profiles", "-a", f"user_ids={ids}", *EVERYTHING, "-s", "RETRY_TIMES=1", "-o", "x.jsonl",
            "-o", "x.csv", *transport, IG_STORE=store, **environment,
        )  # fmt: skip
        (tmp_path / "log").write_text(run.out + run.err)
    assert len(server.recorded) >= len(replies), run.err
    assert run.code in {0, 1}, run.err
    assert next(waiting, None) is None
    assert "Traceback" not in run.err
    secrets |= {f"new {name}": value for name, value in secrets_in(session_file).items()}
    assert secrets["new sessionid"] == NEW
    contents = all_written(tmp_path, session_file, store)
    assert run.err.count("[redacted]") > 20
    assert found_in(contents, secrets) == []


def test_an_answer_of_unknown_shape_is_written_without_what_it_repeats(
    tmp_path: Path, session_file: Path, scrapy: Scrapy
) -> None:
    data = {"viewer": {"session": SESSIONID, "device": session_settings()["uuids"]["uuid"], "name": "operator"}}

    def reply(request: Recorded) -> Reply:
        return 200, {}, orjson.dumps({"data": data, "filler": "x" * 40_000, "status": "ok"})

    with RecordingServer(reply) as server:
        run = scrapy(
            "crawl", "operation", "-a", "doc_id=123456789012", "-a", "variables={}", "-a", "friendly_name=Odd",
            "-a", "root_field=viewer", "-O", "x.jsonl",
            IG_MOBILE_URL=server.url, IG_WEB_URL=server.url, IG_SESSION=str(session_file),
        )  # fmt: skip
    assert run.code == 0, run.err
    record = orjson.loads((tmp_path / "x.jsonl").read_bytes().splitlines()[0])
    assert record["data"] == {"viewer": {"session": "[redacted]", "device": "[redacted]", "name": "operator"}}


def test_what_a_pipeline_of_ones_own_logs_is_redacted_too(
    simulator: Simulator, at_simulator: dict[str, str], scrapy: Scrapy
) -> None:
    secret = secrets_in(Path(at_simulator["IG_SESSION"]))["sessionid"]
    pipelines = '{"tests.support.telling_pipeline.TellingPipeline": 1}'
    command = ("crawl", "followers", "-a", "user_id=25025320", "-a", "max_pages=1", "-O", "x.jsonl")
    run = scrapy(*command, "-s", f"ITEM_PIPELINES={pipelines}", TOLD=secret, **at_simulator)
    assert run.code == 0, run.err
    assert "a pipeline holds [redacted]" in run.err
    assert secret not in run.err


def test_a_rank_token_that_is_handed_back_is_not_kept_and_still_sent(
    tmp_path: Path, session_file: Path, scrapy: Scrapy
) -> None:
    uuid = session_settings()["uuids"]["uuid"]
    page = {"media_grid": {"sections": [], "rank_token": uuid, "next_max_id": "n2", "has_more": True}, "list": []}
    replies = iter(
        [page | {"status": "ok"}, {"media_grid": {"sections": [], "has_more": False}, "list": [], "status": "ok"}]
    )

    def reply(request: Recorded) -> Reply:
        return 200, {}, orjson.dumps(next(replies))

    with RecordingServer(reply) as server:
        run = scrapy(
            "crawl", "search", "-a", "query=x", *EVERYTHING, "-O", "x.jsonl",
            IG_MOBILE_URL=server.url, IG_WEB_URL=server.url, IG_SESSION=str(session_file), IG_STORE="sqlite:///store.db",
        )  # fmt: skip
    assert run.code == 0, run.err
    assert [dict(request.query)["rank_token"] for request in server.recorded] == [uuid, uuid]
    (tmp_path / "log").write_text(run.out + run.err)
    assert found_in(all_written(tmp_path, session_file, "sqlite:///store.db"), {"uuid": uuid}) == []


PLANTED = {
    "a log": b"2026 DEBUG: {}",
    "a JOBDIR": b"\x80\x04\x95{}\x94.",
    "a feed": b'{"type":"walk","reason":"{}"}',
}


@pytest.mark.parametrize("form", forms_of(SESSIONID))
@pytest.mark.parametrize("place", PLANTED)
def test_a_secret_that_is_written_is_found(tmp_path: Path, place: str, form: str) -> None:
    (tmp_path / "planted").write_bytes(PLANTED[place].replace(b"{}", forms_of(SESSIONID)[form].encode()))
    assert found_in(files_in(tmp_path), {"sessionid": SESSIONID})


def test_a_secret_in_an_archive_is_found(tmp_path: Path) -> None:
    archive = RawArchive(tmp_path / "raw.jsonl.zst")
    archive.add(RawAnswer(operation="followers", body=b"nothing"), Redaction())
    archive.add(RawAnswer(operation="followers", body=SESSIONID.encode()), Redaction())
    archive.close()
    found = found_in(files_in(tmp_path), {"sessionid": SESSIONID})
    assert "sessionid (as it is) in raw.jsonl.zst, unpacked" in found


def test_a_secret_in_a_table_is_found() -> None:
    with ready_database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (value jsonb, raw bytea)")
            connection.execute("INSERT INTO kept VALUES (%s, NULL)", [orjson.dumps({"a": SESSIONID}).decode()])
        assert found_in(tables_in(url), {"sessionid": SESSIONID})


@pytest.mark.parametrize("name", ["TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED"])
def test_no_way_into_the_process_can_be_opened(scrapy: Scrapy, session_file: Path, name: str) -> None:
    run = scrapy("crawl", "profiles", "-a", "user_ids=1", "-s", f"{name}=1", IG_SESSION=str(session_file))
    assert run.code == 2
    assert f"igcrawl: {name} must stay False" in run.err.splitlines()[-1]


@pytest.mark.parametrize(
    "host", ["https://evil.example", "http://i.instagram.com", "https://i.instagram.com@evil.example"]
)
def test_a_session_cannot_be_led_to_another_host(scrapy: Scrapy, session_file: Path, host: str) -> None:
    run = scrapy("crawl", "profiles", "-a", "user_ids=1", IG_MOBILE_URL=host, IG_SESSION=str(session_file))
    assert run.code == 2
    assert "a session is sent only to https://*.instagram.com or to loopback" in run.err.splitlines()[-1]


@over_each
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(
    scrapy: Scrapy, session_file: Path, status: int, transport: tuple[str, ...]
) -> None:
    with RecordingServer(lambda request: (200, {}, b"{}")) as other:

        def away(request: Recorded) -> Reply:
            return status, {"Location": f"{other.url}/graphql/query"}, b""

        with RecordingServer(away) as server:
            run = scrapy(
                "crawl", "profiles", "-a", "user_ids=1", *transport,
                IG_MOBILE_URL=server.url, IG_WEB_URL=server.url, IG_SESSION=str(session_file),
            )  # fmt: skip
    assert run.code == 3, run.err
    # The account, its substitute, and the session's own.
    assert len(server.recorded) == 3
    assert other.recorded == []
