"""The pages of docs/ that are written from the code, by `scrapy operations --docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from igcrawl.cli.docs.commands import page_of_commands
from igcrawl.cli.docs.evidence import page_of_evidence
from igcrawl.cli.docs.operations import page_of_catalogue
from igcrawl.cli.docs.records import page_of_records
from igcrawl.cli.docs.settings import page_of_settings
from igcrawl.cli.docs.spiders import page_of_spiders
from igcrawl.cli.docs.verdicts import page_of_verdicts
from igcrawl.printable import say
from igcrawl.wording import counted

#: Of the checkout.
FOLDER: Final = Path(__file__).parents[3] / "docs"
#: The pages that need nothing but the code; `operations.md` has examples of recorded answers, too.
_OF_CODE: Final = {
    "commands.md": page_of_commands,
    "evidence.md": page_of_evidence,
    "records.md": page_of_records,
    "settings.md": page_of_settings,
    "spiders.md": page_of_spiders,
    "verdicts.md": page_of_verdicts,
}


def pages(answers: Path) -> Iterator[tuple[str, str]]:
    """Yield each page's name and text.

    Args:
        answers: folder of recorded answers; its `examples.json` names one for an operation.

    Raises:
        OSError: the recorded answers cannot be read.
    """
    yield "operations.md", page_of_catalogue(answers)
    yield from ((name, page()) for name, page in _OF_CODE.items())


def write_pages(answers: Path) -> None:
    """Write the pages, and say so; see `pages`."""
    written = dict(pages(answers))
    for name, text in written.items():
        (FOLDER / name).write_text(text, "utf-8")
    say(f"{FOLDER}: {counted(len(written), 'page')}: {', '.join(written)}")
