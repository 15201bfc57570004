"""Nothing of a session is written anywhere but into its own file, in any encoding, whatever goes wrong."""

from __future__ import annotations

import pickle
from pathlib import Path

import orjson
import pytest

from igcrawl.calling.scrapy_request import CallFingerprinter, to_request
from igcrawl.operations.call import Call, Host
from igcrawl.simulator import Simulator
from tests.conftest import Scrapy
from tests.support.session_file import encodings_of, secrets_of

DUMP_STATS = """
import pprint
class Dump:
    def __init__(self, crawler): self.crawler = crawler
    @classmethod
    def from_crawler(cls, crawler): return cls(crawler)
    def process_item(self, item):
        with open("stats.txt", "a") as file: pprint.pprint(self.crawler.stats.get_stats(), file)
        return item
"""


def found_in(folder: Path, but: Path, secrets: dict[str, str]) -> list[str]:
    forms = [(name, *form) for name, secret in secrets.items() for form in encodings_of(secret).items()]
    return [
        f"{name} ({encoding}) in {path.name}"
        for path in folder.rglob("*")
        if path.is_file() and path != but
        for content in [path.read_bytes()]
        for name, encoding, form in forms
        if form in content
    ]


@pytest.mark.parametrize(
    "fault", [None, "status", "cut_connection", "login_required", "challenge_redirect", "throttle", "stale_doc_id"]
)
def test_queue_log_stats_and_feed_of_a_crawl_hold_no_secret(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path, fault: str | None
) -> None:
    session_file = Path(at_simulator["IG_SESSION"])
    secrets = secrets_of(orjson.loads(session_file.read_bytes()))
    simulator.faults.add(operation="followers", nth=2, kind="refresh")
    if fault is not None:
        simulator.faults.add(operation="followers", nth=4, kind=fault)
    (tmp_path / "mine.py").write_text(DUMP_STATS)
    options = ("-L", "DEBUG", "-s", "JOBDIR=job", "-s", "STATS_DUMP=True", "-s", 'ITEM_PIPELINES={"mine.Dump": 1}')
    for surface in ("mobile", "rest"):
        run = scrapy(
            "crawl", "followers", "-a", "username=instagram", "-a", f"surface={surface}", *options,
            "-o", "x.jsonl", "-o", "x.csv", **at_simulator,
        )  # fmt: skip
        (tmp_path / f"{surface}.log").write_text(run.out + run.err)
    secrets |= {f"new {name}": value for name, value in secrets_of(orjson.loads(session_file.read_bytes())).items()}
    assert "DEBUG" in (tmp_path / "mobile.log").read_text()
    assert (tmp_path / "stats.txt").stat().st_size > 0
    assert (tmp_path / "job").is_dir()
    assert found_in(tmp_path, session_file, secrets) == []


def test_a_secret_that_is_written_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" + encodings_of("a secret/value")["URL-quoted"])
    assert found_in(tmp_path, tmp_path / "session.json", {"sessionid": "a secret/value"})


def test_a_queued_request_holds_the_call_and_nothing_else() -> None:
    call = Call("followers", {"user_id": "1"}, "QVFB", "token")
    request = to_request(call, {Host.MOBILE: "http://127.0.0.1:1", Host.WEB: "http://127.0.0.1:1"})
    stored = pickle.loads(pickle.dumps(request.to_dict()))
    assert stored["headers"] == {}
    assert stored["body"] == b""
    assert stored["meta"] == {"igcrawl_call": call, "proxy": None}


def test_the_fingerprint_is_operation_arguments_and_cursor() -> None:
    bases = {Host.MOBILE: "http://127.0.0.1:1", Host.WEB: "http://127.0.0.1:1"}
    others = {Host.MOBILE: "https://i.instagram.com", Host.WEB: "https://www.instagram.com"}
    fingerprint = CallFingerprinter().fingerprint
    one = fingerprint(to_request(Call("followers", {"user_id": "1", "order": "x"}, "c", "token 1"), bases))
    assert one == fingerprint(to_request(Call("followers", {"order": "x", "user_id": "1"}, "c", "token 2"), others))
    different = [
        Call("following", {"user_id": "1", "order": "x"}, "c"),
        Call("followers", {"user_id": "2", "order": "x"}, "c"),
        Call("followers", {"user_id": "1", "order": "x"}, "d"),
        Call("followers", {"user_id": "1", "order": "x"}),
    ]
    assert len({one, *(fingerprint(to_request(call, bases)) for call in different)}) == 5
