"""Help where one looks: a spider's arguments, out of its model, and what a mistyped name may have meant."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from igcrawl.arguments.base import TARGETS, Arguments
from igcrawl.arguments.describe import HelpPlace, describe
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.cli.crawl_command import explain
from igcrawl.cli.spider_help import help_lines, short_lines
from igcrawl.cli.tables import shown_width
from igcrawl.errors import BadInput
from igcrawl.output.cli_outputs import feeds_of
from tests.conftest import Scrapy

LOADER = get_spider_loader(Settings({"SPIDER_MODULES": ["spiders"]}))
SPIDERS: dict[str, type[OperationSpider]] = {name: LOADER.load(name) for name in LOADER.list()}  # type: ignore[misc]


def given_by(example: str) -> tuple[dict[str, str], list[tuple[str, bool]]]:
    """The spider's arguments and the outputs of an example."""
    words = shlex.split(example)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    assert {option for option, _ in pairs} <= {"-a", "-o", "-O"}
    given = dict(value.split("=", 1) for option, value in pairs if option == "-a")
    return given, [(value, option == "-O") for option, value in pairs if option != "-a"]


@pytest.mark.parametrize("name", SPIDERS)
@pytest.mark.parametrize("width", [50, 80, 110])
def test_a_spider_s_help_has_every_argument_with_meaning_default_and_what_is_allowed(name: str, width: int) -> None:
    spider = SPIDERS[name]
    lines = list(help_lines(spider, width))
    assert all(shown_width(line) <= width for line in lines if "scrapy crawl" not in line)
    text = " ".join(" ".join(lines).split())
    for argument in spider.arguments.model_fields:
        assert f" {argument}=… " in text
    for argument in describe(spider.arguments):
        assert argument.meaning, f"{argument.name} has no description"
        assert argument.text in text
        assert all(value in argument.text for value in argument.values)
        if argument.default is not None:
            assert f"default: {argument.default}" in argument.text


@pytest.mark.parametrize("name", SPIDERS)
def test_targets_stand_first_and_what_every_spider_takes_last(name: str) -> None:
    places = [each.place for each in describe(SPIDERS[name].arguments)]
    assert places == sorted(places, key=list(HelpPlace).index)
    assert places[0] is HelpPlace.TARGET
    assert places.count(HelpPlace.EVERY) == len(Arguments.model_fields)


@pytest.mark.parametrize("name", SPIDERS)
def test_a_spider_has_two_examples_that_can_be_crawled(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spider = SPIDERS[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "accounts.csv").write_text("username\ninstagram\n")
    (tmp_path / "posts.csv").write_text("url\nhttps://www.instagram.com/p/B1LbfVPlwIA/\n")
    assert len(spider.examples) == 2
    for example in spider.examples:
        given, outputs = given_by(example)
        assert spider.check(given)
        assert list(feeds_of(Settings(), outputs)) == [uri for uri, _ in outputs]
        assert f"  scrapy crawl {name} {example}" in list(help_lines(spider, 80))
        assert f"  scrapy crawl {name} {example}" in list(short_lines(spider, 80))


@pytest.mark.parametrize("name", SPIDERS)
def test_an_unknown_argument_is_answered_with_the_nearest_and_the_targets_first(name: str) -> None:
    spider = SPIDERS[name]
    targets = [each for each in TARGETS if each in spider.arguments.model_fields]
    for argument in spider.arguments.model_fields:
        with pytest.raises(BadInput) as refused:
            spider.check({argument + "x": "1"})
        said = str(refused.value)
        assert said.startswith(f"unknown argument '{argument}x'; did you mean {argument}"), said
        assert said.index(f"targets: {', '.join(targets)}") < said.index("further arguments: ")


@pytest.mark.parametrize(
    "command",
    ["crawl followers -h", "crawl --help followers -a x=1", "help followers", "help crawl followers"],
)
def test_every_way_to_ask_gives_the_spider_s_help_and_begins_nothing(
    scrapy: Scrapy, tmp_path: Path, command: str
) -> None:
    run = scrapy(*command.split(), COLUMNS="80", IG_SESSION="nobody")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == list(help_lines(SPIDERS["followers"], 80))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["followers", "operation", "profiles", "search"])
def test_a_spider_without_arguments_says_what_is_missing_and_how_it_is_given(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as end:
        explain(Settings({"SPIDER_MODULES": ["spiders"]}), [name], {}, asked=False)
    out, err = capsys.readouterr()
    problem, *more = err.splitlines()
    assert (end.value.code, out) == (2, "")
    assert problem.startswith("igcrawl: give ")
    assert more == list(short_lines(SPIDERS[name], 80))


def test_a_word_that_stands_behind_the_spider_is_answered_with_how_arguments_are_given() -> None:
    with pytest.raises(BadInput, match=r"^'instagram' stands alone: give arguments as -a NAME=VALUE; .*followers -h"):
        explain(Settings({"SPIDER_MODULES": ["spiders"]}), ["followers", "instagram"], {}, asked=False)


def test_help_knows_commands_operations_and_near_names(scrapy: Scrapy) -> None:
    assert scrapy("help", "walks").out == scrapy("walks", "-h").out
    operation = scrapy("help", "user_followers_v1", COLUMNS="80")
    assert operation.out.startswith("followers_rest: followers of an account")
    assert operation.out == scrapy("operations", "followers_rest", COLUMNS="80").out
    unknown = scrapy("help", "folowers")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err.startswith("igcrawl: no spider, command or operation 'folowers'; did you mean followers, ")
    names = scrapy("help").out
    assert all(name in names for name in (*SPIDERS, "walks", "budget", "crawl"))


def test_without_a_spider_crawl_s_help_is_scrapy_s_own(scrapy: Scrapy) -> None:
    run = scrapy("crawl", "-h")
    assert run.code == 0
    assert "--pidfile FILE" in run.out
    assert "with a spider's name, the spider's arguments" in " ".join(run.out.split())


def test_another_project_s_spiders_keep_scrapy_s_help_and_ours_have_their_own(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(
        "from scrapy import Spider\n\n\nclass TheirSpider(Spider):\n    name = 'theirs'\n", "utf-8"
    )
    (tmp_path / "their_settings.py").write_text(
        "SPIDER_MODULES = ['theirs']\nCOMMANDS_MODULE = 'igcrawl.commands'\n"
        "ADDONS = {'igcrawl.addon.IgcrawlAddon': 500}\n",
        "utf-8",
    )
    environment = {"SCRAPY_SETTINGS_MODULE": "their_settings", "COLUMNS": "80"}
    theirs = scrapy("crawl", "theirs", "-h", **environment)
    assert (theirs.code, "--pidfile FILE" in theirs.out) == (0, True)
    ours = scrapy("crawl", "followers", "-h", **environment)
    assert ours.out.splitlines() == list(help_lines(SPIDERS["followers"], 80))


@pytest.mark.parametrize("word", ["amount", "max_amount", "limit"])
def test_what_other_clients_call_a_limit_is_known(word: str) -> None:
    with pytest.raises(BadInput, match=f"unknown argument '{word}'; did you mean max_users"):
        SPIDERS["followers"].check({"user_id": "1", word: "100"})
