"""Remote places are stored once, whole, at the end of a run; what fails there keeps nothing else from being written."""

from __future__ import annotations

from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.output.world import read
from tests.support.place import Place
from tests.test_outputs import CRAWL

STORAGE = """
import shutil
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

class Mine:
    def __init__(self, uri, *, feed_options=None):
        self.uri = uri
    def open(self, spider):
        return TemporaryFile()
    def store(self, file):
        parts = urlsplit(self.uri)
        if parts.hostname == "down":
            raise ConnectionError(f"cannot log in at {self.uri}")
        with Path("stored.txt").open("a") as log:
            log.write(parts.username + "\\n")
        file.seek(0)
        with Path(f"{parts.username}-{parts.path[1:]}").open("wb") as target:
            shutil.copyfileobj(file, target)
"""
STORAGES = ("-s", 'FEED_STORAGES={"my": "storage.Mine"}')


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path) -> Place:
    (tmp_path / "storage.py").write_text(STORAGE)
    return Place(simulator, tmp_path)


def stored(place: Place) -> list[str]:
    return (place.folder / "stored.txt").read_text().split()


def test_a_remote_place_holds_the_whole_crawl_after_each_run(place: Place) -> None:
    output = ("-O", "my://me:secret-word@host/x.csv.gz")
    place.crawl(*CRAWL, "max_pages=2", *STORAGES, output=output)
    first = len(read(place.folder / "me-x.csv.gz"))
    done = place.crawl(*CRAWL, *STORAGES, output=output)
    assert 0 < first < len(read(place.folder / "me-x.csv.gz")) == 260
    assert stored(place) == ["me", "me"]
    assert len(place.simulator.requests) == 9
    assert "secret-word" not in done.log


def test_two_users_of_one_server_are_two_places(place: Place) -> None:
    output = ("-O", "my://one:p@host/x.jsonl", "-O", "my://two:p@host/x.jsonl")
    place.crawl(*CRAWL, "crawl=mine", *STORAGES, output=output)
    assert stored(place) == ["one", "two"]
    place.crawl(*CRAWL, "crawl=mine", *STORAGES, output=output)
    assert stored(place) == ["one", "two"]


def test_a_place_that_fails_is_told_without_its_password_and_the_others_are_written(place: Place) -> None:
    output = ("-O", "my://me:secret-word@down/x.jsonl", "-O", "x.json", "-O", "out.jsonl")
    done = place.crawl(*CRAWL, *STORAGES, output=output, code=1)
    assert "output my://down/x.jsonl: it was not stored (ConnectionError: cannot log in at" in done.log
    assert "secret-word" not in done.log
    assert len(read(place.folder / "x.json")) == len(done.records) == 262


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-O", "nope://u:secret-word@b/x.jsonl"], "output nope://b/x.jsonl: no storage for nope://"),
        (["-O", "my://u:secret-word@b/x.abc"], "output my://b/x.abc: its format is not known"),
        (["-O", "my://u:secret-word@b/%(foo)s.jsonl"], "%(foo) is not known"),
        (
            ["-s", 'FEEDS={"my://u:secret-word@b/x.jsonl": {"format": "jsonl", "overwrite": false}}'],
            "output my://b/x.jsonl: a remote output is stored whole",
        ),
        (
            ["-s", 'FEEDS={"my://u:secret-word@b/%(batch_id)d.jsonl": {"format": "jsonl", "batch_item_count": 5}}'],
            "batches must be local files",
        ),
        (["-O", "x.csv", "-s", "FEED_EXPORT_ENCODING=latin-1"], "its encoding must be utf-8"),
        (["-O", "loop:jsonl"], "its links lead in a circle"),
        (["-o", "damaged.jsonl.gz"], "it is damaged, or not compressed as its name says"),
        (["-o", "torn.jsonl.zst"], "its last line is cut off"),
        (["-o", "open.csv"], "it is not a complete CSV"),
    ],
)
def test_outputs_that_could_not_be_written_are_refused_without_a_password(
    place: Place, options: list[str], said: str
) -> None:
    import zstandard

    from igcrawl.operations.record_kinds import columns_of_type

    (place.folder / "loop").symlink_to("loop")
    (place.folder / "damaged.jsonl.gz").write_bytes(b"no gzip at all")
    (place.folder / "torn.jsonl.zst").write_bytes(zstandard.compress(b'{"a":1}'))
    header = ",".join(column.name for column in columns_of_type("follow"))
    (place.folder / "open.csv").write_text(f'{header}\r\n1,"open\r\n')
    line = place.refused(*CRAWL, *STORAGES, *options, output=())
    assert said in line
    assert "secret-word" not in line


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.csv.zst", "x.jsonl.gz"])
def test_each_generation_goes_on_below_the_last_in_a_compressed_file_too(place: Place, name: str) -> None:
    for _ in range(2):
        place.crawl(*CRAWL, output=("-o", name))
    follows = [row for row in read(place.folder / name) if row["type"] == "follow"]
    assert len(follows) == 520
    assert len({row["pk"] for row in follows}) == 260
