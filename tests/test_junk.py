"""Whatever a server sends, a walk ends as `failed` for a reason in plain words: soon, and without growing."""

from __future__ import annotations

import random
import re
import socket
from pathlib import Path

import pytest

from igcrawl.calling.decisions import MOST_REQUESTS
from tests.conftest import Run, Scrapy, read_jsonl
from tests.support import junk
from tests.support.raw_server import RawServer
from tests.support.transports import HTTP11, OURS

#: Seconds within which an answer must be whole here.
TIMEOUT = 0.5
#: MB that a crawl may grow by, whatever it is sent.
MOST_MB = 150
METER = """
class Meter:
    @classmethod
    def from_crawler(cls, crawler):
        from scrapy import signals
        crawler.signals.connect(write, signals.engine_stopped)
        return cls()

def write():
    with open("/proc/self/status") as status, open("peak.txt", "w") as file:
        file.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""
#: What Scrapy's http11 takes for an answer: Twisted reads the chunks and passes over the length.
NOT_OVER_HTTP11 = {"a length and chunks"}


class JunkServer(RawServer):
    """Sends junk of a kind for each profile.

    Args:
        kinds: those for the profiles 1, 2, …
        seed: of what is random in them.
    """

    def __init__(self, kinds: list[str], seed: int) -> None:
        self.kinds, self.asked = kinds, dict.fromkeys(kinds, 0)
        self._chance = random.Random(seed)
        super().__init__(self._answer_with_junk)

    def _answer_with_junk(self, connection: socket.socket, request: bytes) -> bool:
        target = re.search(rb"%22id%22%3A%22(\d{1,3})%22|/users/(\d{1,3})/info", request)
        if target is None:
            # The canary's question, which shows that the server works.
            connection.sendall(junk.GOOD)
            return True
        kind = self.kinds[int(target[1] or target[2]) - 1]
        self.asked[kind] += 1
        junk.send(junk.KINDS[kind](self._chance), connection)
        return False


def ask_for_all(server: JunkServer, scrapy: Scrapy, session_file: Path, *options: str) -> Run:
    ids = ",".join(str(number) for number in range(1, len(server.kinds) + 1))
    return scrapy(
        "crawl", "profiles", "-a", f"user_ids={ids}", "-O", "x.jsonl", "-s", f"DOWNLOAD_TIMEOUT={TIMEOUT}", *options,
        IG_MOBILE_URL=server.url, IG_WEB_URL=server.url, IG_SESSION=str(session_file), timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize(("transport", "but"), [(OURS, set()), (HTTP11, NOT_OVER_HTTP11)], ids=["ours", "http11"])
def test_junk_is_a_failure_of_the_server_s_that_neither_hangs_nor_fills_the_memory(
    scrapy: Scrapy, session_file: Path, tmp_path: Path, transport: tuple[str, ...], but: set[str]
) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    (tmp_path / "mine.py").write_text(METER)
    meter = ("-s", 'EXTENSIONS={"mine.Meter": 1}', "-s", "RETRY_TIMES=0")
    with JunkServer(["silence"], seed) as server:
        ask_for_all(server, scrapy, session_file, *meter, *transport)
    before = int((tmp_path / "peak.txt").read_text()) / 1024
    with JunkServer([kind for kind in junk.KINDS if kind not in but], seed) as server:
        run = ask_for_all(server, scrapy, session_file, *meter, *transport)
    assert run.code == 1, run.err
    assert "Traceback" not in run.err
    walks = {record["target"]: record for record in read_jsonl(tmp_path / "x.jsonl") if record["type"] == "walk"}
    ended = {kind: walks[str(number)] for number, kind in enumerate(server.kinds, 1)}
    assert {
        kind: walk["verdict"] for kind, walk in ended.items() if walk["verdict"] not in {"failed", "stale_doc_id"}
    } == {}
    # A name of a class is no word.
    assert {kind: walk["reason"] for kind, walk in ended.items() if re.search("[a-z][A-Z]|Error", walk["reason"])} == {}
    # Faults of the transport are not decided by evidence; what can be read and means nothing is.
    assert max(server.asked.values()) <= 1 + MOST_REQUESTS
    assert int((tmp_path / "peak.txt").read_text()) / 1024 - before < MOST_MB
