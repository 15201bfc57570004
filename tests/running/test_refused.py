"""What cannot be used is one line in the log of any script that crawls, `finish_reason` `bad_input`, nothing sent."""

from __future__ import annotations

import json
from pathlib import Path

from igcrawl.simulator import Simulator
from tests.conftest import scrapy_environment
from tests.support.crawls import captured

#: Runs crawls one beside another in one process, and prints why each finished.
SCRIPT = """
import json
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.utils.project import get_project_settings
from scrapy.utils.reactor import install_reactor

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
process = CrawlerProcess(get_project_settings())
crawlers = []
for spider, arguments, own in GIVEN:
    settings = get_project_settings()
    # Those of the process win at the same priority.
    settings.update(own, priority="cmdline")
    crawler = Crawler(process.spider_loader.load(spider), settings)
    crawlers.append(crawler)
    process.crawl(crawler, **arguments)
process.start()
print(json.dumps([crawler.stats.get_value("finish_reason") for crawler in crawlers]))
"""


def test_a_script_that_crawls_reads_one_line_for_each_mistake(
    simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text("kept\n")
    feeds = {"FEEDS": {str(kept): {"format": "jsonl", "overwrite": True}}}
    crawls = [
        ("followers", {"user_id": "x y"}, feeds, "user_id=x y: expected the account's numeric id"),
        ("followers", {}, {}, "give the accounts one way: user_id=1,2 or username=a,b or file=accounts.csv"),
        ("profiles", {"file": "nothing.txt"}, {}, "file=nothing.txt: No such file or directory"),
        ("followers", {"user_id": "1", "nonsense": "2"}, {}, "unknown argument 'nonsense'; "),
        ("followers", {"user_id": "2"}, {"IG_SESION": "x", **feeds}, "unknown setting IG_SESION; did you mean"),
        ("followers", {"user_id": "3"}, {"IG_SIMULATOR": "perhaps"}, "IG_SIMULATOR: expected True or False"),
        ("followers", {"user_id": "4"}, {"IG_SESSION": "no.json"}, "session file no.json: No such file"),
        ("followers", {"user_id": "5"}, {"RETRY_TIMES": "many"}, "RETRY_TIMES: expected a whole number, got 'many'"),
        (
            "followers",
            {"user_id": "6"},
            {"IG_STORE": "postgresql://u:pa@ss@h/d"},
            "IG_STORE: special characters",
        ),
        ("operation", {"name": "nothing"}, {}, "no operation 'nothing'"),
    ]
    order = {"program": f"GIVEN = {[crawl[:3] for crawl in crawls]!r}\n{SCRIPT}"}
    streams = tmp_path / "streams"
    streams.mkdir()
    _, out, err = captured(order, tmp_path, streams, scrapy_environment(**at_simulator))
    assert "Traceback" not in err, err
    assert json.loads(out) == ["bad_input"] * len(crawls), err
    lines = [line for line in err.splitlines() if " ERROR: " in line]
    for *_, said in crawls:
        assert len([line for line in lines if f" ERROR: {said}" in line]) == 1, (said, err)
    assert len(lines) == len(crawls)
    assert "pa@ss" not in err
    assert simulator.requests == []
    assert kept.read_text() == "kept\n"
