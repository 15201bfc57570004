"""The documentation as a collection: it says all that the code has, and nothing that the code has not."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args

import pytest
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

import igcrawl.commands
from igcrawl.arguments import IGNORED, Arguments
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.cli.records_docs import page_of_records
from igcrawl.config.config import DEFAULTS
from igcrawl.config.not_obeyed import NOT_OBEYED
from igcrawl.config.promises import SWITCHES
from igcrawl.doc_ids import OVERRIDE_PREFIX
from igcrawl.items import RECORD_TYPES, meanings
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.record_kinds import columns_of_type, record_kinds
from igcrawl.verdict import RESUMABLE, ExitCode, Verdict, exit_code
from tests.conftest import ROOT
from tests.test_architecture import ROOMS

PAGES = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]
#: Whatever a person reads.
TEXTS = [
    *(ROOT / name for name in ("CHANGELOG.md", "Makefile", "pyproject.toml")),
    *PAGES,
    *(
        path
        for folder in ("igcrawl", "spiders", "pipelines", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".md", ".toml", ".sql"}
    ),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
#: A path from the root, but for one with a placeholder.
PATH = re.compile(r"(?<![\w./*-])((?:igcrawl|spiders|pipelines|tests|docs)/[\w./-]*[\w/])(?![\w*…<{/]|\.\w)")
#: Something else's `….md`: of a URL, of another project.
DOCUMENT = re.compile(r"(?<![\w./-])[\w./-]+\.md\b")


def identity(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read(page: str) -> str:
    return (ROOT / "docs" / page).read_text("utf-8")


def section(page: str, heading: str) -> str:
    """A section with those below it."""
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}$\n(.*?)(?=^#{{1,{level}}} |\Z)", read(page), re.M | re.S)
    assert found is not None, f"docs/{page} has no {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables, without their heads."""
    lines = re.sub(r"^\|.*\n\|( --- \|)+\n", "", text, flags=re.M).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def first_words(text: str) -> list[str]:
    """What the tables of a text are about: the first word in the first cell of each row."""
    return [row[0].strip("`").split()[0] for row in rows(text)]


def sections(text: str, heading: str) -> dict[str, str]:
    """Sections of this level by their heading."""
    parts = re.split(rf"^{heading} (.+)$\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# Settings


def settings_rows() -> dict[str, list[str]]:
    text = read("settings.md").partition("## Scrapy settings")[0]
    named = [(row[0].strip("`"), row) for row in rows(text)]
    assert len(dict(named)) == len(named), "a setting stands twice"
    return dict(named)


def test_each_setting_is_documented_and_each_that_is_documented_exists() -> None:
    assert set(settings_rows()) == {*DEFAULTS, f"{OVERRIDE_PREFIX}<operation>"}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_setting_has_its_default_and_its_reason(name: str) -> None:
    _, default, why = settings_rows()[name]
    assert default.strip("`") == str(DEFAULTS[name])
    assert len(why) > 20


def test_the_settings_of_scrapy_that_must_stay_are_documented() -> None:
    named = {
        row[0].strip("`"): row[1].strip("`")
        for row in rows(section("settings.md", "## Scrapy settings that must stay"))
    }
    assert named == {name: str(safe) for name, (safe, _) in SWITCHES.items()}


def test_the_settings_of_scrapy_that_are_not_obeyed_are_documented() -> None:
    named = {
        row[0].strip("`"): (row[1] == "refused", row[2].lower())
        for row in rows(section("settings.md", "## Scrapy settings that are not obeyed"))
    }
    assert named == {name: (entry.refused, entry.why.lower()) for name, entry in NOT_OBEYED.items()}


@pytest.mark.parametrize("path", PAGES, ids=identity)
def test_no_page_speaks_of_a_setting_that_does_not_exist(path: Path) -> None:
    names = re.findall(r"\bIG_[A-Z_]*[A-Z]\b(?![_…])(?!<)", path.read_text("utf-8"))
    assert set(names) - set(DEFAULTS) == set()


# Verdicts and exit codes


def test_each_verdict_is_documented_with_its_exit_code() -> None:
    documented = {row[0].strip("`"): (row[2], row[3]) for row in rows(section("reference.md", "## Verdicts"))}
    assert documented == {
        verdict.value: (str(exit_code([verdict]).value), "yes" if verdict in RESUMABLE else "no") for verdict in Verdict
    }


def test_the_first_page_tells_the_same_of_verdicts() -> None:
    table = re.search(r"^\| verdict \|.*?\n\n", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    assert table is not None
    told = {name: row[2] for row in rows(table[0]) for name in re.findall(r"`(\w+)`", row[0])}
    assert told == {verdict.value: str(exit_code([verdict]).value) for verdict in Verdict}


def test_each_exit_code_is_documented() -> None:
    assert first_words(section("reference.md", "## Exit codes")) == [str(code.value) for code in ExitCode]


# Commands


def commands() -> dict[str, ScrapyCommand]:
    found = {}
    for module in iter_modules(igcrawl.commands.__path__):
        command = import_module(f"igcrawl.commands.{module.name}").Command()
        command.settings = Settings()
        found[module.name] = command
    return found


def options(add: Any) -> list[list[str]]:
    parser = argparse.ArgumentParser(add_help=False, conflict_handler="resolve")
    add(parser)
    return [list(action.option_strings) for action in parser._actions]


def taken(command: ScrapyCommand) -> list[list[str]]:
    """The command's own options, each with its names, and what it can be told to do."""
    scrapys = options(lambda parser: ScrapyCommand.add_options(command, parser))
    own = [names for names in options(command.add_options) if names not in scrapys]
    actions = [word for each in command.syntax().split(" | ") if re.fullmatch("[a-z]+", word := each.split()[0])]
    return own + [[word] for word in dict.fromkeys(actions)]


def documented_commands() -> dict[str, str]:
    found = sections(section("reference.md", "## Commands"), "###")
    return {heading.strip("`").split()[1]: text for heading, text in found.items()}


def test_each_command_is_documented_and_each_that_is_documented_exists() -> None:
    assert set(documented_commands()) == set(commands())


@pytest.mark.parametrize("name", commands())
def test_each_option_and_action_of_a_command_is_documented(name: str) -> None:
    told, known = first_words(documented_commands()[name]), taken(commands()[name])
    assert len(told) == len(set(told))
    assert [names for names in known if not set(names) & set(told)] == []
    assert set(told) - {each for names in known for each in names} == set()


# Records


def test_the_page_of_records_is_what_the_code_says() -> None:
    assert read("records.md") == page_of_records(), "run: scrapy operations --docs --answers tests/payloads"


def test_each_field_of_a_record_has_its_meaning_and_each_meaning_its_field() -> None:
    fields = {(name, column.name) for name in RECORD_TYPES for column in columns_of_type(name)}
    assert set(RECORD_TYPES) == set(meanings.TYPES)
    assert set(record_kinds()) >= set(RECORD_TYPES)
    assert set(meanings.OF_TYPE) - fields == set()
    assert set(meanings.FIELDS) == {field for name, field in fields - set(meanings.OF_TYPE)}


# Spiders and their arguments


@cache
def spiders() -> dict[str, type[Any]]:
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))
    return {name: loader.load(name) for name in loader.list()}


def documented_spiders() -> dict[str, str]:
    found = sections(section("reference.md", "## Spiders"), "###")
    return {name: text for heading, text in found.items() for name in re.findall(r"`(\w+)`", heading)}


def test_each_spider_is_documented_and_each_that_is_documented_exists() -> None:
    assert set(documented_spiders()) == set(spiders())
    assert all(issubclass(spider, OperationSpider) for spider in spiders().values())


def test_what_every_spider_takes_is_documented() -> None:
    text = section("reference.md", "## Spiders")
    assert first_words(section("reference.md", "### Every spider")) == list(Arguments.model_fields)
    assert all(f"`{name}`" in text for name in IGNORED)


@pytest.mark.parametrize("name", spiders())
def test_each_argument_of_a_spider_is_documented(name: str) -> None:
    own = [field for field in spiders()[name].arguments.model_fields if field not in Arguments.model_fields]
    assert sorted(first_words(documented_spiders()[name])) == sorted(own)


def choices(kind: Any) -> list[str]:
    kinds = [kind, *get_args(kind)]
    return [str(value) for each in kinds if isinstance(each, type) and issubclass(each, StrEnum) for value in each]


@pytest.mark.parametrize("name", spiders())
def test_an_argument_is_documented_with_all_that_it_may_be(name: str) -> None:
    meanings = {row[0].strip("`"): row[1] for row in rows(documented_spiders()[name])}
    fields = spiders()[name].arguments.model_fields
    for argument, meaning in meanings.items():
        missing = [value for value in choices(fields[argument].annotation) if f"`{value}`" not in meaning]
        assert missing == [], argument


# Architecture


def test_the_rooms_stand_in_their_order() -> None:
    table = rows(section("architecture.md", "## Rooms"))
    assert tuple(name for row in table for name in re.findall(r"`(\w+)`", row[0])) == ROOMS
    drawn = re.findall(r"^    \w+\[\"(.+)\"\]$", section("architecture.md", "## Rooms"), re.M)
    assert sorted(" · ".join(drawn).split(" · ")) == sorted(ROOMS)


def test_one_call_takes_nine_steps_and_each_names_its_file() -> None:
    steps = re.split(r"^\d\. ", section("architecture.md", "## One call in nine steps"), flags=re.M)[1:]
    assert len(steps) == 9
    assert all(PATH.search(step) for step in steps)


def test_names_of_code_in_the_nine_steps_are_in_the_files_beside_them() -> None:
    for step in re.split(r"^\d\. ", section("architecture.md", "## One call in nine steps"), flags=re.M)[1:]:
        code = "".join((ROOT / path).read_text() for path in PATH.findall(step) if path.endswith(".py"))
        for name in re.findall(r"`([A-Za-z_]+(?:\.[a-z_]+)?)`", step):
            owner, _, method = name.rpartition(".")
            assert method in code and owner in code, name


def test_the_number_of_operations_is_right() -> None:
    assert f"all {len(OPERATIONS)} operations" in (ROOT / "README.md").read_text("utf-8")


# Links, paths, documents


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CHANGELOG.md"], ids=identity)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(path.read_text("utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        target, _, anchor = link.partition("#")
        page = (path.parent / target) if target else path
        assert page.exists(), link
        assert not anchor or anchor in anchors(page), link


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CHANGELOG.md"], ids=identity)
def test_every_path_that_a_page_names_exists(path: Path) -> None:
    missing = [name for name in PATH.findall(path.read_text("utf-8")) if not (ROOT / name).exists()]
    assert missing == []


def absent_documents(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    # A folder that only those who wrote the code had.
    yield from re.findall(r"(?<![\w./-])shared/\S*", text)
    for name in DOCUMENT.findall(text):
        places = (ROOT / name, path.parent / name, ROOT / "docs" / name)
        if not any(place.is_file() for place in places):
            yield name


@pytest.mark.parametrize("path", [path for path in TEXTS if path != Path(__file__)], ids=identity)
def test_nothing_names_a_document_that_is_not_in_the_repository(path: Path) -> None:
    assert list(absent_documents(path)) == []
