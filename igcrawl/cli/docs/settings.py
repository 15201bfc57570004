"""The settings as a page for people: docs/settings.md, written by `scrapy operations --docs`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from igcrawl.config.not_obeyed import NOT_OBEYED
from igcrawl.config.promises import SWITCHES
from igcrawl.config.settings_table import DOC_ID_OF_OPERATION, GROUPS, Setting
from igcrawl.doc_ids import OVERRIDE_PREFIX
from igcrawl.wording import capitalised

_INTRODUCTION: Final = """# Settings
Give a setting with `-s NAME=VALUE`, in the environment, or in `igcrawl/settings.py`; `-s` wins over the
environment. A value that cannot be used, or an unknown `IG_` name, is refused with exit code 2 before any
request; so is an environment variable whose name is nearly that of a setting. Blanks, a CR and a pair of quotes
around a value of the environment are removed, since env files leave them there. In a Postgres address, special
characters of the user and password are written with a percent sign (`@` is `%40`). An empty cell is an empty
string.

A relative path counts from the folder of `scrapy.cfg`, wherever a command runs; with `-s`, `-a`, `-o` and `-O`
it counts from the current folder.

This page is written by `scrapy operations --docs --answers tests/payloads` from `igcrawl/config/`; a test fails
when it is stale.
"""
_HEAD: Final = "| setting | default | what it is, and why the default is so |\n| --- | --- | --- |"
_MUST_STAY: Final = """
[Budget](budget.md) explains the group on it; what a session has sent is kept in `IG_STATE`. On loopback a
budget holds only when one of `IG_BUDGET`, `IG_BUDGET_HOUR`, `IG_BUDGET_DAY`, `IG_BUDGETS` and `IG_PACE` was given.

## Scrapy settings that must stay
A promise of igcrawl rests on each of these. Our spiders set them, whatever the project says. Another value
given explicitly (`-s`) is refused with exit code 2. `SWITCHES` in `igcrawl/config/promises.py` holds them.

| setting | must be | why |
| --- | --- | --- |"""
_NOT_OBEYED: Final = """
The add-on sets what else suits our spiders, unless the project sets it; `igcrawl/addon.py` has the reason
beside each.

## Scrapy settings that are not obeyed
A value is "refused" if it is given explicitly (`-s`, the settings of `run_crawl`). In a project's settings,
where it may be for other spiders, it only causes a warning when a crawl begins. The defaults of Scrapy and of a
new project cause none. `NOT_OBEYED` in `igcrawl/config/not_obeyed.py` holds them.

| setting | a value is | why, and what to use |
| --- | --- | --- |"""


def page_of_settings() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *_ours(), *_scrapys()]) + "\n"


def _ours() -> Iterator[str]:
    for heading, settings in GROUPS.items():
        yield f"## {heading}"
        yield _HEAD
        yield from _rows(settings)
        if heading == next(iter(GROUPS)):
            yield from _rows({f"{OVERRIDE_PREFIX}<operation>": DOC_ID_OF_OPERATION})
        yield ""


def _rows(settings: Mapping[str, Setting]) -> Iterator[str]:
    for name, setting in settings.items():
        default = "" if setting.default == "" else f"`{setting.default}` "
        yield f"| `{name}` | {default}| {setting.meaning} |"


def _scrapys() -> Iterator[str]:
    yield _MUST_STAY.removeprefix("\n")
    yield from (f"| `{name}` | `{value}` | {capitalised(why)} |" for name, (value, why) in SWITCHES.items())
    yield _NOT_OBEYED
    for name, entry in NOT_OBEYED.items():
        yield f"| `{name}` | {'refused' if entry.refused else 'warned of'} | {capitalised(entry.why)} |"
