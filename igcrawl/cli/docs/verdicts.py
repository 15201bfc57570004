"""Verdicts and exit codes as a page for people: docs/verdicts.md, written by `scrapy operations --docs`."""

from __future__ import annotations

from typing import Final

from igcrawl.verdict import EXIT_CODE_MEANINGS, MEANINGS, RESUMABLE, exit_code

_INTRODUCTION: Final = """# Verdicts and exit codes
Every walk ends with one verdict, in its `walk` record and in the store. "Continues" says whether the same
command continues with the walk; the others are final until `scrapy walks --retry VERDICT`. A `blocked` or
`stopped` walk continues when its cause is gone: the session was resumed, the limit raised. So does a walk that
ended `suspect` at `IG_ENDLESS_PAGES`, with a larger value. [Honesty](honesty.md) explains what stands behind
them.

Written by `scrapy operations --docs --answers tests/payloads` from `igcrawl/verdict.py`; a test fails when this
page is stale.

## Verdicts
| verdict | the walk ended because | exit code | continues |
| --- | --- | --- | --- |"""
_EXIT_CODES: Final = """
## Exit codes
| exit code | `scrapy crawl` | other commands |
| --- | --- | --- |"""


def page_of_verdicts() -> str:
    """Return the page."""
    verdicts = [
        f"| `{verdict}` | {meaning} | {exit_code([verdict]).value} | {'yes' if verdict in RESUMABLE else 'no'} |"
        for verdict, meaning in MEANINGS.items()
    ]
    codes = [f"| `{code.value}` | {crawl} | {others} |" for code, (crawl, others) in EXIT_CODE_MEANINGS.items()]
    return "\n".join([_INTRODUCTION, *verdicts, _EXIT_CODES, *codes]) + "\n"
