"""The key of a crawl: runs with the same key continue the same crawl."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson

from igcrawl.arguments import Arguments

#: A crawl whose targets make a longer text is known by a hash of it.
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlKey:
    """The key of a crawl, shared by all its runs.

    Args:
        text: spider, targets and what shapes the result.
        spider: the spider's name.
        name: as the operator named the crawl, None without.
        fresh: whether to start over in any case.
        whole_feed: an output that must hold the whole crawl, so that an unfinished one starts over; None without.
    """

    text: str
    spider: str
    name: str | None = None
    fresh: bool = False
    whole_feed: str | None = None


def crawl_key_of(spider: str, args: Arguments, targets: Any, whole_feed: str | None) -> CrawlKey:
    """Return the key of a run's crawl.

    Args:
        spider: the spider's name.
        args: its arguments.
        targets: those that are not in the arguments themselves (the lines of a file), as JSON; None without.
        whole_feed: see `CrawlKey`.
    """
    shape = args.crawl_shape() | ({} if targets is None else {"targets": targets})
    text = orjson.dumps(shape, option=orjson.OPT_SORT_KEYS).decode()
    if len(text) > _LONGEST:
        text = f"{text[:80]}… {hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return CrawlKey(text=f"{spider} {text}", spider=spider, name=args.crawl, fresh=args.fresh, whole_feed=whole_feed)
