"""What stands beside the code: version, changes, citation, licence, the picture of the README."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.metadata import distributions

import pytest
import yaml

import igcrawl
from tests.conftest import ROOT
from tests.support.live_picture import PICTURE, draw, words

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
RELEASES = re.findall(r"^## \[?([\d.]+)\]?(.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
#: In the order of "Keep a Changelog".
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
#: From the schema of the Citation File Format 1.2.0.
REQUIRED = {"cff-version", "message", "title", "authors"}
KNOWN = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url",
    "preferred-citation", "references", "repository", "repository-artifact", "repository-code", "type", "url",
    "version",
}  # fmt: skip


def test_the_version_is_the_same_everywhere_and_the_newest_of_the_changes() -> None:
    assert igcrawl.__version__ == PROJECT["version"] == CITATION["version"] == RELEASES[0][0]
    assert f"version {PROJECT['version']}" in (ROOT / "docs/index.md").read_text("utf-8")


def test_the_changes_have_a_heading_for_each_version_the_newest_first() -> None:
    versions = [tuple(map(int, version.split("."))) for version, _ in RELEASES]
    assert versions == sorted(versions, reverse=True)
    assert len(set(versions)) == len(versions)


def test_the_changes_of_a_version_stand_in_their_kinds_in_the_usual_order() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for release in re.split(r"^## .*$", text, flags=re.M)[1:]:
        kinds = re.findall(r"^### (\w+)$", release, re.M)
        assert kinds == [kind for kind in KINDS if kind in kinds]
        assert release.strip().startswith("### ")


def test_the_citation_has_what_its_format_asks_for() -> None:
    assert set(CITATION) <= KNOWN
    assert set(CITATION) >= REQUIRED
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in {"software", "dataset"}
    assert all(set(author) <= {"name", "website", "given-names", "family-names"} for author in CITATION["authors"])
    assert CITATION["license"] == PROJECT["license"]
    assert "date-released" not in CITATION or isinstance(CITATION["date-released"], date)


def needed() -> list[str]:
    """The distributions that a crawl needs, as requirements.txt names them."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return [found[0].lower() for line in lines if (found := re.match(r"[\w.-]+", line))]


@pytest.mark.parametrize("name", needed())
def test_no_dependency_has_a_licence_that_forbids_mit(name: str) -> None:
    (found,) = [each for each in distributions() if each.metadata["Name"].lower().replace("_", "-") == name]
    metadata = found.metadata
    told = [metadata.get("License-Expression"), metadata.get("License"), *(metadata.get_all("Classifier") or [])]
    licences = " ".join(filter(None, told))
    assert re.search("MIT|BSD|Apache|PSF|Python Software|ISC|MPL|LGPL|Lesser", licences), licences[:300]
    # The lesser licence, LGPL, does not reach those who only import.
    assert re.search(r"\b(GPL|AGPL|Affero)", licences) is None


def test_the_picture_of_the_readme_shows_what_a_terminal_shows_today() -> None:
    assert words(PICTURE.read_text("utf-8")) == words(draw()), "run: make picture"


def test_the_picture_asks_for_nothing_from_elsewhere() -> None:
    assert "url(http" not in PICTURE.read_text("utf-8")
    assert "@import" not in PICTURE.read_text("utf-8")


def test_each_folder_of_tests_has_its_line_in_the_page_for_contributors() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    layout = page.partition("## How the tests are laid out")[2].partition("\n## ")[0]
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert set(re.findall(r"`tests/([a-z_]+)`", layout)) == folders
