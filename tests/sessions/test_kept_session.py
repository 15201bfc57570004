"""A crawl and its session's file: what it drops, what it takes from another process, what it never writes."""

from __future__ import annotations

import threading
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.crawl import read_jsonl
from tests.support.in_one_process import Done, Order, one_process
from tests.support.leaks import files_in, forms_of, found_in
from tests.support.recording_server import Recorded, RecordingServer, Reply
from tests.support.session_file import SESSIONID, secrets_of, session_settings, write_session

ACCOUNT = "51234567890"
NEWER = f"{ACCOUNT}%3AnEwErSeCrEt0%3A7%3AAYdNewerOnlyNewerOnlyNewerOnly"
EXPIRED: Reply = (403, {}, b'{"message":"login_required","logout_reason":2,"status":"fail"}')
LIST = {"user_id": "25025320", "surface": "rest", "verify": "0"}


def user(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": str(number), "username": f"user{number}", "full_name": "", "is_private": False, **more}


def page(*users: dict[str, Any], cursor: str | None = None, **more: Any) -> Reply:
    return 200, {}, orjson.dumps({"users": users, "next_max_id": cursor, "status": "ok", **more})


def with_sessionid(sessionid: str) -> dict[str, Any]:
    settings = session_settings()
    settings["authorization_data"]["sessionid"] = sessionid
    return settings


class Crawls:
    """Crawls a server with one session, one crawl after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session_file = write_session(folder / "session.json")

    def __call__(self, server: RecordingServer, arguments: dict[str, str] = LIST, **settings: Any) -> Done:
        given = {
            "IG_SESSION": str(self.session_file),
            "IG_MOBILE_URL": server.url,
            "IG_WEB_URL": server.url,
            "IG_STORE": f"sqlite:///{self.folder / 'store.db'}",
            "IG_STATE": str(self.folder / "state"),
            "IG_JSONL": str(self.folder / "out.jsonl"),
            "IG_RAW": str(self.folder / "raw.jsonl.zst"),
            "RETRY_TIMES": 0,
            **settings,
        }
        return one_process().run([Order(settings.pop("spider", "followers"), arguments, given)]).done[0]

    @property
    def records(self) -> list[dict[str, Any]]:
        return read_jsonl(self.folder / "out.jsonl")


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path)


def cursors(server: RecordingServer) -> list[str | None]:
    return [dict(request.query).get("max_id") for request in server.recorded]


def used(request: Recorded) -> str:
    """The sessionid of a request, of the app or of the web."""
    if "authorization" in request.headers:
        held: str = orjson.loads(b64decode(request.headers["authorization"].rpartition(":")[2]))["sessionid"]
        return held
    return request.headers["cookie"].partition("sessionid=")[2].partition(";")[0]


def replying(*replies: Reply | Callable[[Recorded], Reply]) -> Callable[[Recorded], Reply]:
    waiting = iter(replies)

    def reply(request: Recorded) -> Reply:
        wanted = next(waiting)
        return wanted(request) if callable(wanted) else wanted

    return reply


def test_a_refresh_that_does_not_fit_is_dropped_with_one_warning(crawls: Crawls) -> None:
    hostile = {"Set-Cookie": "ds_user_id=999; Path=/", "ig-set-x-mid": "a b"}
    pages = [(status, hostile, body) for status, _, body in (page(user(1), cursor="a"), page(user(2)))]
    with RecordingServer(replying(*pages)) as server:
        done = crawls(server)
    assert done.outcome["exit_code"] == 0, done.log
    (line,) = [line for line in done.lines if "of the wrong form or account" in line]
    assert "WARNING" in line
    assert "cookie ds_user_id, mid" in line or "mid, cookie ds_user_id" in line
    assert "999" not in line
    assert orjson.loads(crawls.session_file.read_bytes()) == session_settings()


def test_a_session_that_another_process_renewed_is_used_before_it_is_called_expired(crawls: Crawls) -> None:
    def renew(request: Recorded) -> Reply:
        write_session(crawls.session_file, with_sessionid(NEWER))
        return EXPIRED

    with RecordingServer(replying(page(user(1), cursor="a"), renew, page(user(2)))) as server:
        done = crawls(server)
    assert done.outcome["exit_code"] == 0, done.log
    assert [used(request) for request in server.recorded] == [SESSIONID, SESSIONID, NEWER]
    assert cursors(server) == [None, "a", "a"]
    assert [record["pk"] for record in crawls.records[:-1]] == ["1", "2"]
    assert "holds a newer session" in done.log
    # Nothing was parked: the next run asks at once.
    with RecordingServer(replying(page(user(3)))) as server:
        assert crawls(server, LIST | {"fresh": "1"}).outcome["exit_code"] == 0


def test_a_renewal_that_comes_a_moment_after_the_refusal_is_waited_for(crawls: Crawls) -> None:
    def renew_soon(request: Recorded) -> Reply:
        def renew() -> None:
            time.sleep(0.01)
            write_session(crawls.session_file, with_sessionid(NEWER))

        threading.Thread(target=renew).start()
        return EXPIRED

    with RecordingServer(replying(renew_soon, page(user(1)))) as server:
        assert crawls(server).outcome["exit_code"] == 0


@pytest.mark.parametrize(
    "replaced", [None, session_settings(), {"cookies": {"sessionid": "999%3Asecret%3A1%3AAYx"}}, {"cookies": {}}]
)
def test_a_session_without_a_newer_one_is_expired_after_one_request(
    crawls: Crawls, replaced: dict[str, Any] | None
) -> None:
    def expire(request: Recorded) -> Reply:
        if replaced is None:
            crawls.session_file.unlink()
        else:
            write_session(crawls.session_file, replaced)
        return EXPIRED

    with RecordingServer(replying(expire)) as server:
        done = crawls(server)
        assert done.outcome["exit_code"] == 3
    assert len(server.recorded) == 1


def test_a_newer_session_that_has_expired_too_is_parked(crawls: Crawls) -> None:
    def renew(request: Recorded) -> Reply:
        write_session(crawls.session_file, with_sessionid(NEWER))
        return EXPIRED

    with RecordingServer(replying(renew, EXPIRED)) as server:
        assert crawls(server).outcome["exit_code"] == 3
    assert len(server.recorded) == 2


def test_evidence_takes_a_renewed_session_too_and_asks_again(crawls: Crawls) -> None:
    """401 without a word is unclear: what is asked further finds that the login has ended."""

    def refused(request: Recorded) -> Reply:
        if used(request) == NEWER:
            return page(user(1))
        if len(server.recorded) == 2:
            write_session(crawls.session_file, with_sessionid(NEWER))
        return 401, {}, b"{}"

    with RecordingServer(refused) as server:
        done = crawls(server)
    assert done.outcome["exit_code"] == 0, done.log
    assert used(server.recorded[-1]) == NEWER
    assert len(server.recorded) <= 6


def test_what_evidence_found_out_about_the_session_before_it_was_renewed_does_not_count(crawls: Crawls) -> None:
    own = {"pk": ACCOUNT, "username": "own.account"}
    good = page(user(1), user=own, data={"user": own})

    def refused(request: Recorded) -> Reply:
        if used(request) == NEWER:
            return good
        if "friendships" in request.path:
            return 401, {}, b"{}"
        write_session(crawls.session_file, with_sessionid(NEWER))
        return EXPIRED

    with RecordingServer(refused) as server:
        done = crawls(server)
    assert done.outcome["exit_code"] == 0, done.log
    assert [record["pk"] for record in crawls.records[:-1]] == ["1"]


def test_a_deleted_file_is_not_written_again_and_told_once(crawls: Crawls) -> None:
    def delete(request: Recorded) -> Reply:
        crawls.session_file.unlink(missing_ok=True)
        status, _, body = page(user(len(server.recorded)), cursor=f"c{len(server.recorded)}")
        return status, {"ig-set-x-mid": f"Znewmid{len(server.recorded):08}"}, body

    with RecordingServer(delete) as server:
        done = crawls(server, LIST | {"max_pages": "3"})
    assert done.outcome["exit_code"] == 0, done.log
    assert not crawls.session_file.exists()
    assert done.log.count("was deleted: what the server refreshes is not kept") == 1


@pytest.mark.parametrize("kind", forms_of(SESSIONID))
def test_a_good_page_s_secrets_reach_neither_records_nor_store_nor_feeds(crawls: Crawls, kind: str) -> None:
    form = forms_of(SESSIONID)[kind]
    settings = session_settings()
    users = [
        user(1, full_name=f"Hello {form}", profile_pic_url=f"https://scontent.cdninstagram.com/x.jpg?s={form}"),
        user(2, full_name=f"me {ACCOUNT}", username="own.account"),
        user(3, full_name=settings["cookies"]["csrftoken"], username=settings["mid"]),
    ]
    with RecordingServer(replying(page(*users, filler="x" * 40_000))) as server:
        feeds = {str(crawls.folder / "x.csv"): {"format": "csv"}}
        done = crawls(server, IG_FIELDS="all", FEEDS=feeds)
    assert done.outcome["exit_code"] == 0, done.log
    first, second, third, _ = crawls.records
    assert "[redacted]" in first["full_name"]
    assert first["profile_pic_url"].startswith("https://scontent.cdninstagram.com/x.jpg?s=")
    assert (second["full_name"], second["username"]) == (f"me {ACCOUNT}", "own.account")
    assert (third["full_name"], third["username"]) == ("[redacted]", "[redacted]")
    assert found_in(files_in(crawls.folder, crawls.session_file), secrets_of(settings)) == []


@pytest.mark.parametrize("filler", ["", "x" * 40_000])
@pytest.mark.parametrize("error", [{}, {"error": None}, {"errors": []}])
def test_a_cursor_is_sent_as_it_came_and_one_that_holds_a_secret_is_kept_in_memory_only(
    crawls: Crawls, filler: str, error: dict[str, Any]
) -> None:
    cursor = f"c|{SESSIONID}|2"
    first = page(user(1), cursor=cursor, filler=filler, **error)
    with RecordingServer(replying(first, page(user(2), user(1), cursor="plain"))) as server:
        done = crawls(server, LIST | {"max_pages": "2"})
        assert done.outcome["exit_code"] == 0, done.log
    assert cursors(server) == [None, cursor]
    assert found_in(files_in(crawls.folder, crawls.session_file), secrets_of(session_settings())) == []


def test_a_walk_whose_cursor_was_not_kept_starts_again_and_writes_nothing_twice(crawls: Crawls) -> None:
    cursor = f"c|{SESSIONID}|2"
    with RecordingServer(replying(page(user(1), user(2), cursor=cursor))) as server:
        done = crawls(server, LIST | {"max_pages": "1"})
        assert done.outcome["exit_code"] == 0, done.log
    with RecordingServer(replying(page(user(1), user(2), cursor=cursor), page(user(3)))) as server:
        done = crawls(server, LIST | {"max_pages": "9"})
        assert done.outcome["exit_code"] == 0, done.log
    assert cursors(server) == [None, cursor]
    *follows, walk = crawls.records
    assert [record["pk"] for record in follows if record["type"] == "follow"] == ["1", "2", "3"]
    assert "its cursor held a part of the session, so it was not kept" in walk["reason"]
    assert found_in(files_in(crawls.folder, crawls.session_file), secrets_of(session_settings())) == []
