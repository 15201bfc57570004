"""Feeds see records: every format, batches, fields and filters, though a page is what passes the pipelines."""

from __future__ import annotations

import csv
import gzip
import json
import marshal
import pickle
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.operations.record_kinds import columns_of_type
from tests.conftest import Scrapy, read_jsonl, scrapy_environment
from tests.support import crawls

#: 97 followers, a profile, a walk record.
TARGET = ["-a", "user_id=100000011", "-a", "max_users=100"]


def crawl(scrapy: Scrapy, at_simulator: dict[str, str], *options: str, code: int = 0) -> str:
    run = scrapy("crawl", "followers", *TARGET, *options, **at_simulator)
    assert run.code == code, run.err
    return run.err


@pytest.fixture
def wanted(scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path) -> list[dict[str, Any]]:
    crawl(scrapy, at_simulator, "-O", "wanted.jsonl")
    return read_jsonl(tmp_path / "wanted.jsonl")


def all_of(load: Callable[[Any], Any], path: Path) -> list[Any]:
    """All that stands in a file, one behind another."""
    found = []
    with path.open("rb") as file:
        while True:
            try:
                found.append(load(file))
            except EOFError:
                return found


def test_every_format_of_scrapy_s_holds_every_record(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, wanted: list[dict[str, Any]]
) -> None:
    outputs = [word for name in ("x.json", "x.xml", "x.pickle", "x.marshal") for word in ("-O", name)]
    crawl(scrapy, at_simulator, *outputs)
    records = json.loads((tmp_path / "x.json").read_bytes())
    assert [(record["type"], record.get("pk")) for record in records] == [
        (record["type"], record.get("pk")) for record in wanted
    ]
    assert [list(record) for record in records] == [list(record) for record in wanted]
    elements = ET.parse(tmp_path / "x.xml").getroot().findall("item")
    assert [element.findtext("pk") for element in elements] == [record.get("pk") for record in wanted]
    assert "None" not in {child.text for element in elements for child in element}
    assert all_of(pickle.load, tmp_path / "x.pickle") == records
    assert all_of(marshal.load, tmp_path / "x.marshal") == records


def test_csv_has_one_set_of_columns_and_so_the_spider_s_main_record_only(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, wanted: list[dict[str, Any]]
) -> None:
    crawl(scrapy, at_simulator, "-O", "x.csv")
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    follows = [record for record in wanted if record["type"] == "follow"]
    assert list(rows[0]) == [column.name for column in columns_of_type("follow")]
    assert set(rows[0]) - set(follows[0]) == {"profile_pic_url", "new"}
    assert [row["pk"] for row in rows] == [record["pk"] for record in follows]
    assert [row["full_name"] for row in rows] == [record["full_name"] for record in follows]


def test_o_appends_and_capital_o_replaces(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, wanted: list[dict[str, Any]]
) -> None:
    (tmp_path / "x.jsonl").write_text('{"mine":1}\n')
    crawl(scrapy, at_simulator, "-o", "x.jsonl")
    assert len(read_jsonl(tmp_path / "x.jsonl")) == 1 + len(wanted)
    crawl(scrapy, at_simulator, "-O", "x.jsonl")
    assert len(read_jsonl(tmp_path / "x.jsonl")) == len(wanted)


def test_batches_count_records(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, wanted: list[dict[str, Any]]
) -> None:
    feeds = {"batch-%(batch_id)d.jsonl": {"format": "jsonlines", "batch_item_count": 40}}
    crawl(scrapy, at_simulator, "-s", f"FEEDS={json.dumps(feeds)}")
    sizes = [len(read_jsonl(path)) for path in sorted(tmp_path.glob("batch-*.jsonl"))]
    assert sizes == [40, 40, len(wanted) - 80]


def test_fields_gzip_and_item_filters_see_records(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, wanted: list[dict[str, Any]]
) -> None:
    gzip_plugin = "scrapy.extensions.postprocessing.GzipPlugin"
    feeds = {
        "names.jsonl.gz": {"format": "jsonlines", "fields": ["pk", "username"], "postprocessing": [gzip_plugin]},
        "walks.jsonl": {"format": "jsonlines", "item_classes": ["igcrawl.items.WalkEnd"]},
        "renamed.csv": {"format": "csv", "fields": {"pk": "id"}},
    }
    crawl(scrapy, at_simulator, "-s", f"FEEDS={json.dumps(feeds)}")
    rows = [orjson.loads(line) for line in gzip.decompress((tmp_path / "names.jsonl.gz").read_bytes()).splitlines()]
    assert rows[1] == {"pk": wanted[1]["pk"], "username": wanted[1]["username"]}
    assert len(rows) == len(wanted)
    assert [record["type"] for record in read_jsonl(tmp_path / "walks.jsonl")] == ["walk"]
    assert (tmp_path / "renamed.csv").read_text().splitlines()[:2] == ["id", wanted[1]["pk"]]


PIPELINES = """
import collections
from igcrawl.items import Page

class Count:
    def open_spider(self):
        self.seen = collections.Counter()
    def process_item(self, item):
        self.seen[type(item).__name__] += 1
        return item
    def close_spider(self):
        print("SEEN", dict(self.seen))

class Fail:
    def process_item(self, item):
        raise RuntimeError("no")

class Subscript:
    def process_item(self, item):
        item["username"] = "x"
        return item

class Nothing:
    def process_item(self, item):
        self.last = item

class Listed:
    def process_item(self, item):
        return list(item)

class Plain:
    def process_item(self, item):
        return {"walk": item.walk, "records": item.records}

class Slim:
    def process_item(self, item):
        return {"type": item.type, "walk": item.walk}
"""


@pytest.mark.parametrize(("per_record", "kinds"), [("False", {"Page"}), ("True", {"Profile", "Follow", "WalkEnd"})])
def test_pipelines_get_pages_or_single_records(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, per_record: str, kinds: set[str]
) -> None:
    (tmp_path / "mine.py").write_text(PIPELINES)
    options = ("-s", 'ITEM_PIPELINES={"mine.Count": 1}', "-s", f"IG_ITEM_PER_RECORD={per_record}", "-O", "x.jsonl")
    run = scrapy("crawl", "followers", *TARGET, *options, **at_simulator)
    assert run.code == 0, run.err
    seen = eval(run.out.split("SEEN ")[1])
    assert set(seen) == kinds
    if per_record == "True":
        assert sum(seen.values()) == len(read_jsonl(tmp_path / "x.jsonl"))


def test_a_pipeline_that_fails_stops_the_crawl_and_is_no_success(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(PIPELINES)
    err = crawl(scrapy, at_simulator, "-s", 'ITEM_PIPELINES={"mine.Fail": 1}', code=1)
    assert "a pipeline failed with RuntimeError; the crawl stops" in err


@pytest.mark.parametrize(
    ("pipeline", "per_record", "said"),
    [
        ("Nothing", "False", "a pipeline before KeepPipeline returned None: it must return the item"),
        ("Nothing", "True", "a pipeline before KeepPipeline returned None: it must return the item"),
        ("Listed", "False", "a pipeline before KeepPipeline returned a list: it must return the Page"),
        ("Plain", "False", "a pipeline before KeepPipeline returned a dict without a type"),
    ],
)
def test_what_a_pipeline_gives_in_a_records_place_is_not_written_and_stops_the_crawl(
    scrapy: Scrapy,
    at_simulator: dict[str, str],
    tmp_path: Path,
    wanted: list[dict[str, Any]],
    pipeline: str,
    per_record: str,
    said: str,
) -> None:
    (tmp_path / "mine.py").write_text(PIPELINES)
    own = ("-s", f'ITEM_PIPELINES={{"mine.{pipeline}": 1}}', "-s", f"IG_ITEM_PER_RECORD={per_record}", "-O", "x.jsonl")
    err = crawl(scrapy, at_simulator, *own, "-s", "LOG_LEVEL=INFO", "-a", "crawl=other", code=1)
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "x.jsonl").exists() or not (tmp_path / "x.jsonl").read_bytes()
    # Nothing was committed: the same command without it has the whole list.
    crawl(scrapy, at_simulator, "-O", "x.jsonl", "-a", "crawl=other")
    assert [record.get("pk") for record in read_jsonl(tmp_path / "x.jsonl")] == [record.get("pk") for record in wanted]


@pytest.mark.parametrize(
    ("per_record", "said"),
    [
        ("False", "it was given a Page, which gives records by iteration; single ones with IG_ITEM_PER_RECORD=True"),
        ("True", "it was given a Profile, whose fields are attributes; itemadapter.ItemAdapter gives them by name"),
    ],
)
def test_a_pipeline_that_takes_an_item_for_a_dict_is_told_what_it_was_given(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path, per_record: str, said: str
) -> None:
    (tmp_path / "mine.py").write_text(PIPELINES)
    own = ("-s", 'ITEM_PIPELINES={"mine.Subscript": 1}', "-s", f"IG_ITEM_PER_RECORD={per_record}")
    assert f"a pipeline failed with TypeError: {said}; the crawl stops" in crawl(scrapy, at_simulator, *own, code=1)


def test_a_mapping_with_a_type_may_stand_in_a_records_place(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(PIPELINES)
    own = ("-s", 'ITEM_PIPELINES={"mine.Slim": 1}', "-s", "IG_ITEM_PER_RECORD=True", "-O", "x.jsonl")
    crawl(scrapy, at_simulator, *own)
    records = read_jsonl(tmp_path / "x.jsonl")
    assert {frozenset(record) for record in records if record["type"] == "follow"} == {frozenset({"type", "walk"})}


def test_a_full_disk_stops_the_crawl_in_one_line_and_is_no_success(
    scrapy: Scrapy, at_simulator: dict[str, str]
) -> None:
    err = crawl(scrapy, at_simulator, "-O", "/dev/full:jsonl", code=1)
    assert "an output cannot be written: No space left on device; the crawl stops" in err
    assert "Traceback" not in err


def test_the_stats_count_records_and_requests(at_simulator: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    script = (
        "from scrapy.crawler import CrawlerProcess\n"
        "from scrapy.utils.project import get_project_settings\n"
        "process = CrawlerProcess(get_project_settings())\n"
        "crawler = process.create_crawler('followers')\n"
        "process.crawl(crawler, user_id='100000011')\n"
        "process.start()\n"
        "stats = crawler.stats.get_stats()\n"
        "import json; print(json.dumps({name: stats[name] for name in stats if name.startswith('igcrawl')}))"
    )
    done = crawls.captured({"program": script}, tmp_path, tmp_path / "streams", scrapy_environment(**at_simulator))
    assert done[0] == 0, done
    stats = json.loads(done[1])
    assert stats["igcrawl/records"] == 260 + 2
    assert stats["igcrawl/verdict/complete"] == 1
    assert stats["igcrawl/requests"] == stats["igcrawl/pages"] + 1
