"""The key of a crawl: runs with the same key continue the same crawl."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from igcrawl.arguments import Arguments
from igcrawl.errors import BadInput

#: A name and its value in a key, which is no JSON any more where it was cut.
_PART: Final = re.compile(r'"(\w+)":("[^"]*"|\[[^\]]*|[\w.]+)')
_OF_FILE: Final = re.compile(r"([\d,]+ \w+) [0-9a-f]{32}")
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

    def check_name(self, last: str) -> None:
        """Check that the latest crawl with this name is this one.

        Args:
            last: the text of its key.

        Raises:
            BadInput: it is another one.
        """
        if last != self.text:
            other = key_in_words(last)
            raise BadInput(f"crawl={self.name}: this name is taken by another crawl, {other}; choose another")


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


def key_in_words(text: str) -> str:
    """Return the text of a crawl's key for the operator: the spider, its targets and what shapes its result."""
    spider, _, shape = text.partition(" ")
    told: list[str] = []
    for name, value in _PART.findall(shape):
        # A cut key ends with a hash.
        words, cut, _ = value.replace('"', "").strip("[]").partition("…")
        words += cut
        if name == "targets" and (of_file := _OF_FILE.fullmatch(words)) is not None:
            told.insert(0, f"{of_file[1]} of a file")
        else:
            told.append(f"{name}={words}")
    return f"{spider}: {', '.join(told)}" if told else spider
