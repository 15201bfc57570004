"""What the pages of docs say to type, taken out of them to be run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.conftest import ROOT

#: What a copy of the checkout needs for what the pages tell to do with it.
_LINKED = ("igcrawl", "spiders", "pipelines")


def block(page: str, heading: str) -> str:
    """Return the first block of code behind words of a page."""
    text = (ROOT / page).read_text()
    assert text.count(heading) == 1, heading
    found = re.search(r"```\w*\n(.*?)```", text.partition(heading)[2], re.S)
    assert found is not None, heading
    return found[1]


def commands(page: str, heading: str) -> list[str]:
    """Return the commands of the first block behind words of a page: what stands behind ``$``, on one line each."""
    text = block(page, heading).replace("\\\n", " ")
    return [line[2:] for line in text.splitlines() if line.startswith("$ ")]


def linked_project(folder: Path) -> Path:
    """Make a folder that holds the checkout as far as a crawl needs it, and return it."""
    folder.mkdir(parents=True)
    for name in _LINKED:
        (folder / name).symlink_to(ROOT / name)
    # Paths count from where it is.
    shutil.copy(ROOT / "scrapy.cfg", folder)
    return folder
