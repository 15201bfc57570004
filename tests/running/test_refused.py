"""What cannot be used is one line in the log of any script that crawls, `finish_reason` `bad_input`, nothing sent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from igcrawl.simulator import Simulator
from tests.conftest import scrapy_environment

#: Runs crawls one beside another in one process, and prints why each finished.
SCRIPT = """
import json, sys
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.utils.project import get_project_settings
from scrapy.utils.reactor import install_reactor

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
process = CrawlerProcess(get_project_settings())
crawlers = []
for spider, arguments, own in json.loads(sys.argv[1]):
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
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([crawl[:3] for crawl in crawls])],
        cwd=tmp_path,
        env=scrapy_environment(**at_simulator),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in run.stderr, run.stderr
    assert json.loads(run.stdout) == ["bad_input"] * len(crawls), run.stderr
    lines = [line for line in run.stderr.splitlines() if " ERROR: " in line]
    for *_, said in crawls:
        assert len([line for line in lines if f" ERROR: {said}" in line]) == 1, (said, run.stderr)
    assert len(lines) == len(crawls)
    assert "pa@ss" not in run.stderr
    assert simulator.requests == []
    assert kept.read_text() == "kept\n"
