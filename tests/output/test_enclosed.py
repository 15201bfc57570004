"""What stands in an array of JSON or in XML stays, and each crawl's records follow it in a valid file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.output.world import read
from tests.support.crawl import Crawl


@pytest.mark.parametrize(
    ("name", "format_", "theirs", "kept"),
    [
        ("out.json", "json", '[{"type": "mine"}\n]\n\n', ["mine"]),
        ("out.json", "json", " [ ]", []),
        ("out.json", "array", '[{"type": "mine"}]', ["mine"]),
        ("out.xml", "xml", "<items><item><type>mine</type></item></items>\n", ["mine"]),
        ("out.xml", "xml", '<?xml version="1.0" encoding="UTF-8"?>\n<items></items>', []),
    ],
)
def test_each_crawl_s_records_follow_those_that_stand_there(
    crawl: Crawl, tmp_path: Path, name: str, format_: str, theirs: str, kept: list[str]
) -> None:
    file = tmp_path / name
    file.write_text(theirs)
    feeds = json.dumps({str(file): {"format": format_, "overwrite": False}})
    exporters = 'FEED_EXPORTERS={"array": "igcrawl.output.exporters.JsonExporter"}'
    for _ in range(2):
        crawl("followers", "user_id=100000011", settings=(f"FEEDS={feeds}", exporters))
    assert [row["type"] for row in read(file)] == kept + 2 * ["profile", *["follow"] * 260, "walk"]
