"""The table of decisions as a page for people: docs/evidence.md, written by `scrapy operations --docs`."""

from __future__ import annotations

from typing import Final

from igcrawl.calling.decisions import DECISIONS, MOST_REQUESTS, STEPS, VERDICT_OF, Decision
from igcrawl.errors import Sign

_INTRODUCTION: Final = f"""# What an answer means
A clear answer is taken at its word; `igcrawl/calling/server_words.py` lists the words. Every other answer is
*unclear*. What it means is decided by asking for something whose answer is known, with at most {MOST_REQUESTS} further
requests, by the table below; the first row that fits decides. Written by
`scrapy operations --docs --answers tests/payloads` from `igcrawl/calling/decisions.py`;
a test fails when this page is stale.

## Order of the further requests
| what the answer looks like | asked, one after another, until a row fits |
| --- | --- |
"""
_TABLE: Final = """
A step that cannot be taken (there is no substitute, no other id, no cursor) is skipped. If the next target gets the
same answer, the same meaning is assumed; after three in a row, the operation's other targets are not asked.

## Decisions
| what the answer looks like | found out | it means | the walk |
| --- | --- | --- | --- |
"""


def page_of_evidence() -> str:
    """Return the page."""
    orders = [f"| {sign} | {', '.join(steps)} |" for sign, steps in STEPS.items()]
    rows = [_row(decision) for decision in DECISIONS]
    return f"{_INTRODUCTION}{chr(10).join(orders)}\n{_TABLE}{chr(10).join(rows)}\n"


def _row(decision: Decision) -> str:
    signs = "anything" if decision.signs == frozenset(Sign) else ", ".join(sorted(decision.signs))
    facts = "; ".join(f"{step}: {' or '.join(found)}" for step, found in decision.facts.items())
    return f"| {signs} | {facts} | {decision.meaning} | {VERDICT_OF[decision.meaning]} |"
