"""Questions about lists, and what each of them takes."""

from __future__ import annotations

from typing import Final

from igcrawl.analysis.lists.compare import CompareOrder, ListAnswer, compare_change, compare_shared
from igcrawl.analysis.lists.list_doubts import Change
from igcrawl.config.config import Config
from igcrawl.errors import BadInput
from igcrawl.wording import did_you_mean, nearest

OVERLAP: Final = "overlap"
MUTUAL: Final = "mutual"
QUESTIONS: Final = (*(change.value for change in Change), OVERLAP, MUTUAL)
#: Kinds of lists that an order names; a walk names any other.
LISTS: Final = ("followers", "following", "suggestions")


async def answer_question(config: Config, question: str, order: CompareOrder) -> ListAnswer:
    """Return the answer to a question, which was checked; see `compare_change` and `compare_shared`."""
    if question in (OVERLAP, MUTUAL):
        return await compare_shared(config, order, mutual=question == MUTUAL)
    return await compare_change(config, Change(question), order)


def check_question(question: str, order: CompareOrder) -> None:
    """Check what no store is needed for.

    Args:
        question: one of `QUESTIONS`.
        order: the operator's.

    Raises:
        BadInput: it cannot be answered.
    """
    if question not in QUESTIONS:
        meant = did_you_mean(nearest(question, QUESTIONS))
        raise BadInput(f"scrapy compare {question}: {meant}expected one of {', '.join(QUESTIONS)}, then whose lists")
    wanted = len(order.names) > 1 if question == OVERLAP else len(order.names) == 1
    if not wanted:
        several = "two accounts or more" if question == OVERLAP else "one account"
        raise BadInput(
            f"scrapy compare {question}: give {several}: an id, @name, address, or a walk such as followers/1"
        )
    if order.kind not in LISTS:
        meant = did_you_mean(nearest(order.kind, LISTS))
        raise BadInput(f"--list={order.kind}: {meant}expected one of {', '.join(LISTS)}")
    if question in (OVERLAP, MUTUAL) and order.earlier is not None:
        raise BadInput(f"--from is for {', '.join(Change)}; --to takes {question} of an earlier time")
    if question == MUTUAL and order.kind != LISTS[0]:
        raise BadInput("scrapy compare mutual takes no --list: it holds followers against whom the account follows")
