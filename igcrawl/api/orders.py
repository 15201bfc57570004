"""Orders out of the arguments of a client's method: checked as the command checks them, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from igcrawl.api.argument_texts import argument_texts
from igcrawl.api.client_settings import ClientSettings
from igcrawl.api.python_words import in_python_words
from igcrawl.api.reading import R, RecordOrder
from igcrawl.arguments import Arguments
from igcrawl.errors import BadInput
from igcrawl.running.find_spider import find_spider

_ON_DOUBT: Final = ("raise", "warn")


def order_of(
    settings: ClientSettings, spider: str, kinds: tuple[type[R], ...], options: Mapping[str, Any]
) -> RecordOrder[R]:
    """Return the order of a method.

    Args:
        settings: the client's.
        spider: its name.
        kinds: see `RecordOrder`.
        options: the method's, by the names of the spider's arguments; `on_doubt` beside them.

    Raises:
        BadInput: one cannot be used.
    """
    if options.get("plan") is not None:
        raise BadInput("plan: ask the list itself what it would cost, by its method plan()")
    warns = warns_at_doubt(options.get("on_doubt"))
    arguments = argument_texts({name: value for name, value in options.items() if name != "on_doubt"})
    with in_python_words():
        checked = find_spider(settings.scrapy, spider).check(dict(arguments))
    return RecordOrder(
        spider=spider,
        arguments=arguments,
        kinds=kinds,
        key=_key_of(spider, checked),
        targets=len(getattr(checked, "targets", ())),
        whole_graph=getattr(checked, "depth", 1) > 1,
        warns=warns,
    )


def warns_at_doubt(on_doubt: str | None, default: str = "raise") -> bool:
    """Return whether what is doubtful warns, and does not raise.

    Args:
        on_doubt: as the caller gives it, None for the default.
        default: one of the two words.

    Raises:
        BadInput: it is neither.
    """
    word = on_doubt or default
    if word not in _ON_DOUBT:
        raise BadInput(f"on_doubt: expected {' or '.join(_ON_DOUBT)}, got {str(word)[:60]!r}")
    return word == "warn"


def _key_of(spider: str, arguments: Arguments) -> str:
    """Return what tells a crawl from others, as far as it is known before it begins."""
    if arguments.crawl is not None:
        return f"crawl {arguments.crawl}"
    shape = arguments.crawl_shape()
    file = getattr(arguments, "file", None)
    return f"{spider} {orjson.dumps(shape | ({'file': str(file)} if file else {})).decode()}"
