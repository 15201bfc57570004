"""The documentation as a collection: it says all that the code has, and nothing that the code has not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from igcrawl.arguments import IGNORED
from igcrawl.arguments.describe import describe
from igcrawl.cli.docs.commands import MORE, actions_of, options_of, our_commands, ways_of
from igcrawl.cli.docs.pages import pages
from igcrawl.cli.docs.spiders import our_spiders
from igcrawl.config.config import DEFAULTS
from igcrawl.config.settings_table import GROUPS
from igcrawl.items import RECORD_TYPES, meanings
from igcrawl.operations.record_kinds import columns_of_type, record_kinds
from igcrawl.verdict import EXIT_CODE_MEANINGS, MEANINGS, ExitCode, Verdict
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


# Pages that come from the code


@pytest.mark.parametrize(("name", "page"), list(pages(ROOT / "tests" / "payloads")), ids=str)
def test_a_page_of_the_reference_is_what_the_code_says(name: str, page: str) -> None:
    assert read(name) == page, "run: scrapy operations --docs --answers tests/payloads"


# Settings


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_setting_has_its_reason(name: str) -> None:
    (setting,) = [settings[name] for settings in GROUPS.values() if name in settings]
    assert len(setting.meaning) > 20


@pytest.mark.parametrize("path", PAGES, ids=identity)
def test_no_page_speaks_of_a_setting_that_does_not_exist(path: Path) -> None:
    names = re.findall(r"\bIG_[A-Z_]*[A-Z]\b(?![_…])(?!<)", path.read_text("utf-8"))
    assert set(names) - set(DEFAULTS) == set()


# Verdicts and exit codes


def test_each_verdict_and_each_exit_code_has_its_meaning() -> None:
    assert list(MEANINGS) == list(Verdict)
    assert list(EXIT_CODE_MEANINGS) == list(ExitCode)


# Commands


@pytest.mark.parametrize("name", our_commands())
def test_each_option_and_action_of_a_command_has_its_meaning(name: str) -> None:
    command = our_commands()[name]
    assert [option.option_strings for option in options_of(command) if not option.help] == []
    firsts = [word for way in ways_of(command) for word in way.split()[0].split("|")]
    assert list(actions_of(command)) == list(dict.fromkeys(word for word in firsts if re.fullmatch("[a-z]+", word)))


def test_a_word_about_a_command_is_about_one_that_exists() -> None:
    assert set(MORE) - set(our_commands()) == set()


# Records


def test_each_field_of_a_record_has_its_meaning_and_each_meaning_its_field() -> None:
    fields = {(name, column.name) for name in RECORD_TYPES for column in columns_of_type(name)}
    assert set(RECORD_TYPES) == set(meanings.TYPES)
    assert set(record_kinds()) >= set(RECORD_TYPES)
    assert set(meanings.OF_TYPE) - fields == set()
    assert set(meanings.FIELDS) == {field for name, field in fields - set(meanings.OF_TYPE)}


# Spiders and their arguments


@pytest.mark.parametrize("name", our_spiders())
def test_each_argument_of_a_spider_has_its_meaning(name: str) -> None:
    assert [argument.name for argument in describe(our_spiders()[name].arguments) if len(argument.meaning) < 5] == []


def test_what_is_accepted_and_ignored_is_documented() -> None:
    assert all(f"`{name}`" in read("spiders.md") for name in IGNORED)


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


def test_nothing_names_a_document_that_is_not_in_the_repository() -> None:
    absent = {identity(path): list(absent_documents(path)) for path in TEXTS if path != Path(__file__)}
    assert {path: names for path, names in absent.items() if names} == {}
