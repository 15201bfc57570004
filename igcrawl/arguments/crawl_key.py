"""What makes a crawl this one: the same command goes on with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson

from igcrawl.arguments import Arguments

#: A crawl whose targets make a longer text is known by a hash of it.
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the runs of one crawl have in common.

    Args:
        key: spider, targets and what shapes the result.
        spider: the spider's name.
        name: as the operator named the crawl, None without.
        fresh: whether to start over in any case.
        whole_feed: an output that must hold the whole crawl, so that an unfinished one starts over; None without.
    """

    key: str
    spider: str
    name: str | None = None
    fresh: bool = False
    whole_feed: str | None = None


def identity_of(spider: str, args: Arguments, targets: Any, whole_feed: str | None) -> Identity:
    """Return the identity of a run's crawl.

    Args:
        spider: the spider's name.
        args: its arguments.
        targets: those that are not in the arguments themselves (the lines of a file), as JSON; None without.
        whole_feed: see `Identity`.
    """
    shape = args.identity() | ({} if targets is None else {"targets": targets})
    text = orjson.dumps(shape, option=orjson.OPT_SORT_KEYS).decode()
    if len(text) > _LONGEST:
        text = f"{text[:80]}… {hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return Identity(key=f"{spider} {text}", spider=spider, name=args.crawl, fresh=args.fresh, whole_feed=whole_feed)
