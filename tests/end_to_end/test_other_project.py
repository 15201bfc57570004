"""igcrawl is a good neighbour: one package, an add-on, and nothing changes for the spiders of others."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import orjson
import pytest

from tests.conftest import ROOT, read_jsonl
from tests.end_to_end.conftest import Built, Project, clean_environment, python
from tests.support.recording_server import Recorded, RecordingServer, Reply

FOLLOWERS = ("crawl", "followers", "-a", "user_id=25025320", "-a", "max_pages=2")
PLAIN = """
import json
import scrapy

class Plain(scrapy.Spider):
    name = "plain"
    start_urls = ["data:,one"]
    def parse(self, response):
        settings = {name: str(value) for name, value in self.settings.copy_to_dict().items() if name != "ADDONS"}
        parts = self.crawler.engine.downloader.middleware.middlewares + self.crawler.extensions.middlewares
        with open("settings.json", "w") as file:
            json.dump([settings, [type(part).__name__ for part in parts]], file)
        yield {"word": response.text}
"""


def verdict_in(project: Project, name: str = "x.jsonl") -> str:
    return str(read_jsonl(project.folder / name)[-1]["verdict"])


def test_wheel_and_egg_bring_one_package(built: Built) -> None:
    for archive, beside in ((built.wheel, r"igcrawl-.*\.dist-info"), (built.egg, "EGG-INFO")):
        names = zipfile.ZipFile(archive).namelist()
        others = {name.partition("/")[0] for name in names} - {"igcrawl"}
        assert all(re.fullmatch(beside, name) for name in others), others
        for name in ("spiders/followers.py", "pipelines/keep.py", "doc_ids/shipped.toml", "store/migrations/"):
            assert any(each.startswith(f"igcrawl/{name}") for each in names), name


def test_each_package_is_shipped(built: Built) -> None:
    shipped = {
        str(Path(name).parent) for name in zipfile.ZipFile(built.wheel).namelist() if name.endswith("__init__.py")
    }
    here = {str(path.parent.relative_to(ROOT)) for path in (ROOT / "igcrawl").rglob("__init__.py")}
    assert shipped == here | {"igcrawl/spiders", "igcrawl/pipelines"}


def test_with_the_add_on_alone_our_spiders_run(project: Project) -> None:
    run = project.scrapy(*FOLLOWERS, "-O", "x.jsonl")
    assert run.code == 0, run.err
    assert verdict_in(project) == "stopped"
    assert {request.operation for request in project.simulator.requests} == {"user_profile", "followers"}
    assert "Traceback" not in run.err
    # Nothing of the checkout was used.
    where = project.script("import igcrawl.spiders; print(igcrawl.spiders.__file__)").out
    assert Path(where).is_relative_to(project.built.installed)


def test_our_commands_are_there(project: Project) -> None:
    budget = project.scrapy("budget")
    assert budget.code == 0, budget.err
    operations = project.scrapy("operations")
    assert "followers_rest" in operations.out
    explained = project.scrapy("help", "followers")
    assert explained.out.startswith("Usage: scrapy crawl followers ")
    assert "followers" in project.scrapy("completion", "bash").out


def test_its_own_spiders_run_as_without_us_and_need_no_session(project: Project) -> None:
    project.write("other/spiders/plain.py", PLAIN)
    with_us = project.scrapy("crawl", "plain", "-O", "q.jsonl", IG_SESSION="nowhere.json")
    assert with_us.code == 0, with_us.err
    assert read_jsonl(project.folder / "q.jsonl") == [{"word": "one"}]
    settings = json.loads((project.folder / "settings.json").read_text())
    project.write("other/settings.py", "\nADDONS = {}\n")
    without = project.scrapy("crawl", "plain", "-O", "q.jsonl")
    assert without.code == 0, without.err
    bare = json.loads((project.folder / "settings.json").read_text())
    assert settings[1] == bare[1]
    differing = {name for name in settings[0].keys() | bare[0].keys() if settings[0].get(name) != bare[0].get(name)}
    # Our spiders come beside its own, and the environment's IG_… with them.
    assert {name for name in differing if not name.startswith("IG_")} <= {"SPIDER_MODULES"}


def test_a_mistake_in_its_own_spider_s_name_is_scrapy_s_to_tell_where_we_are_not_installed(project: Project) -> None:
    project.write("other/settings.py", "\nADDONS = {}\n")
    run = project.scrapy("crawl", "nothing")
    assert run.code == 1
    assert "Spider not found: nothing" in run.err


def test_folders_at_its_top_that_are_named_as_ours_stay_its_own(project: Project) -> None:
    for name in ("spiders", "pipelines"):
        (project.folder / name).mkdir()
        project.write(f"{name}/__init__.py", "")
    project.write("spiders/mine.py", PLAIN.replace("plain", "mine"))
    project.write("other/settings.py", '\nSPIDER_MODULES = ["spiders"]\n')
    assert project.scrapy("crawl", "mine", "-O", "q.jsonl").code == 0
    assert read_jsonl(project.folder / "q.jsonl") == [{"word": "one"}]
    run = project.scrapy(*FOLLOWERS, "-O", "x.jsonl")
    assert run.code == 0, run.err
    assert verdict_in(project) == "stopped"


def block_of(page: str, containing: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.S)
    (block,) = [block for block in blocks if containing in block]
    return str(block)


def test_the_spider_of_the_docs_works(project: Project) -> None:
    text = block_of("docs/write_spider.md", "FeedsSpider")
    assert len([line for line in text.splitlines() if line.strip()]) <= 14
    project.write("other/spiders/feeds.py", text)
    run = project.scrapy("crawl", "feeds", "-a", "user_ids=25025320,100000010", "-a", "max_pages=1", "-O", "x.jsonl")
    assert run.code == 0, run.err
    walks = [record for record in read_jsonl(project.folder / "x.jsonl") if record["type"] == "walk"]
    assert [walk["target"] for walk in walks] == ["25025320", "100000010"]


OPERATION = """
from dataclasses import replace
from igcrawl.operations.catalogue import OPERATIONS as KNOWN
OPERATIONS = (replace(KNOWN["user_info"], name="my_info", about="an account as I ask for it"),)
"""


def test_operations_come_from_modules_that_the_settings_name(project: Project) -> None:
    project.write("other/operations.py", OPERATION)
    ask = ("crawl", "operation", "-a", "name=my_info", "-a", 'args={"user_id": "25025320"}', "-O", "x.jsonl")
    assert "no operation 'my_info'" in project.scrapy(*ask).err
    named = project.scrapy(*ask, "-s", "IG_OPERATIONS=other.operations")
    assert named.code == 0, named.err
    project.write("other/settings.py", '\nIG_OPERATIONS = ["other.operations"]\n')
    assert project.scrapy(*ask).code == 0
    assert "my_info" in project.scrapy("operations").out


def test_operations_come_from_packages_that_offer_them(project: Project) -> None:
    project.write("mine_operations.py", OPERATION)
    offered = project.folder / "mine-1.0.dist-info"
    offered.mkdir()
    (offered / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (offered / "entry_points.txt").write_text("[igcrawl.operations]\nmine = mine_operations\n")
    run = project.scrapy(
        "crawl", "operation", "-a", "name=my_info", "-a", 'args={"user_id": "25025320"}', "-O", "x.jsonl",
        PYTHONPATH=f"{project.built.installed}:{project.folder}",
    )  # fmt: skip
    assert run.code == 0, run.err


def test_the_operation_of_the_contributing_guide_works(project: Project) -> None:
    def reply(request: Recorded) -> Reply:
        row = {"media_id": "1", "pk": str(10 + len(request.query)), "text": "one", "user": {"pk": "7", "username": "u"}}
        is_last = any(name == "min_id" for name, _ in request.query)
        more = {"has_more_headload_comments": not is_last, "next_min_id": "x"}
        return 200, {"Content-Type": "application/json"}, orjson.dumps({"comments": [row], "status": "ok"} | more)

    project.write("other/operations.py", block_of("docs/add_operation.md", "OPERATIONS"))
    with RecordingServer(reply) as server:
        run = project.scrapy(
            "crawl", "operation", "-a", "name=media_comments", "-a", 'args={"media_id": "1_7"}',
            "-O", "x.jsonl", "-s", "IG_OPERATIONS=other.operations", IG_MOBILE_URL=server.url,
        )  # fmt: skip
    assert run.code == 0, run.err
    records = read_jsonl(project.folder / "x.jsonl")
    assert [record.get("pk") for record in records] == ["11", "12", None]
    assert [request.path for request in server.recorded] == ["/api/v1/media/1_7/comments/"] * 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("raise RuntimeError('of its own')", "IG_OPERATIONS: other.operations: RuntimeError: of its own"),
        ("OPERATIONS = (1,)", "other.operations: expected OPERATIONS"),
        ("from igcrawl.operations.catalogue.profiles import OPERATIONS as KNOWN\nfrom dataclasses import replace\n"
         "OPERATIONS = (replace(KNOWN[0]),)", "other.operations: there is an operation"),
    ],
)  # fmt: skip
def test_a_module_without_operations_that_can_be_used_is_refused(project: Project, text: str, problem: str) -> None:
    project.write("other/operations.py", text)
    run = project.scrapy(*FOLLOWERS, "-s", "IG_OPERATIONS=other.operations")
    assert run.code == 2
    assert run.err.startswith(f"igcrawl: {problem}")
    assert project.simulator.requests == []


STATS = """
import json
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
process = AsyncCrawlerProcess(get_project_settings())
crawler = process.create_crawler("followers")
process.crawl(crawler, user_id="25025320")
process.start()
print(json.dumps(crawler.stats.get_value("finish_reason")))
"""


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({}, "finished"), ({"kind": "challenge"}, "blocked"), ({"kind": "status", "status": 500}, "failed")],
    ids=["good", "challenge", "500"],
)
def test_the_finish_reason_is_the_worst_verdict(project: Project, fault: dict[str, object], reason: str) -> None:
    if fault:
        project.simulator.faults.add(operation="followers", **fault)
    run = project.script(STATS, SCRAPY_SETTINGS_MODULE="other.settings")
    assert run.out.split() == [f'"{reason}"'], run.err


def test_scrapy_s_own_finish_reason_stays(project: Project) -> None:
    stopping = STATS.replace("get_project_settings()", 'get_project_settings() | {"CLOSESPIDER_PAGECOUNT": 3}')
    stopping = stopping.replace(
        "AsyncCrawlerProcess(get_project_settings() | {", "AsyncCrawlerProcess({**get_project_settings(), **{"
    ).replace("})\ncrawler", "}})\ncrawler")
    run = project.script(stopping, SCRAPY_SETTINGS_MODULE="other.settings")
    assert run.out.split() == ['"closespider_pagecount"'], run.err


def test_an_egg_crawls_as_scrapyd_runs_it(project: Project, tmp_path: Path) -> None:
    place = tmp_path / "scrapyd"
    place.mkdir()
    environment = clean_environment(project.built.egg, SCRAPY_SETTINGS_MODULE="igcrawl.settings", **project.environment)
    run = python("-m", "scrapy", *FOLLOWERS, "-a", "_job=1", "-O", "x.jsonl", folder=place, environment=environment)
    assert run.code == 0, run.err
    assert orjson.loads((place / "x.jsonl").read_bytes().splitlines()[-1])["verdict"] == "stopped"
    # Nothing of the checkout was used.
    where = python(
        "-c", "import igcrawl.spiders; print(igcrawl.spiders.__file__)", folder=place, environment=environment
    )
    assert str(project.built.egg) in where.out
