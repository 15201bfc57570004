"""Values of Scrapy's own settings, by kind: each is what Scrapy's default is, so that nothing fails in mid-start."""

from __future__ import annotations

import codecs
import json
import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings
from scrapy.utils.misc import load_object

from igcrawl.config.promises import SWITCHES
from igcrawl.errors import BadInput
from igcrawl.printable import printable

#: Seconds, which may be fractions, though Scrapy's defaults are whole numbers: Scrapy reads them as floats.
SECONDS: Final = frozenset({"DNS_TIMEOUT", "DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT"})
#: Names of encodings; empty for the default.
_ENCODINGS: Final = ("FEED_EXPORT_ENCODING", "HTTPPROXY_AUTH_ENCODING", "LOG_ENCODING")
#: Functions and classes whose default is none.
_OBJECTS: Final = frozenset({"FEED_URI_PARAMS"})
#: Paths of components, each with its place.
_COMPONENTS: Final = frozenset({"DOWNLOADER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES", "SPIDER_MIDDLEWARES"})
_EXPECTED: Final = {
    bool: "True or False",
    int: "a whole number",
    float: "a number not below 0, with a decimal point if it is not whole",
    dict: "a JSON object",
}
_LONGEST_SHOWN: Final = 60


def check_values(settings: BaseSettings) -> None:
    """Check the kinds of values that were given; Scrapy would find out in the middle of its start.

    Raises:
        BadInput: a value is of another kind than Scrapy's default, or no text in UTF-8.
    """
    for name, value in _given(settings):
        for text in _texts_in(value):
            _check_utf8(name, text)
        kind = kind_of(name)
        readers: dict[type, Callable[[str], Any]] = {
            bool: settings.getbool,
            int: settings.getint,
            float: settings.getfloat,
        }
        # None is Scrapy's way to say that nothing was set.
        if kind in readers and value is not None:
            _check_kind(name, value, kind, readers[kind])
        else:
            for path in _paths_in(name, value):
                _check_object(name, path)
    if settings.getfloat("DOWNLOAD_TIMEOUT") <= 0:
        raise BadInput("DOWNLOAD_TIMEOUT: expected more than 0 seconds")
    _check_reactor(settings)
    for name in _ENCODINGS:
        _check_encoding(name, settings.get(name))
    level = str(settings["LOG_LEVEL"]).upper()
    if level not in logging.getLevelNamesMapping():
        raise BadInput(f"LOG_LEVEL: expected {', '.join(logging.getLevelNamesMapping())}, got {_shown(level)}")


def _check_reactor(settings: BaseSettings) -> None:
    given, needed = settings["TWISTED_REACTOR"], default_settings.TWISTED_REACTOR
    if settings.getbool("TWISTED_REACTOR_ENABLED", True) and given != needed:
        raise BadInput(f"TWISTED_REACTOR must stay {needed}: a crawl runs in asyncio; got {_shown(given)}")


def check_objects(given: Mapping[str, Any]) -> None:
    """Check, before Scrapy takes them over, settings that are mappings: it fails at anything else.

    Args:
        given: names and values, as the command line or a caller gives them.

    Raises:
        BadInput: a value is neither a mapping nor a JSON object.
    """
    for name, value in given.items():
        if not isinstance(getattr(default_settings, str(name), None), Mapping) or value is None:
            continue
        try:
            usable = isinstance(json.loads(value) if isinstance(value, str) else value, Mapping)
        except ValueError:
            usable = False
        if not usable:
            # An address in it may hold a password.
            raise BadInput(f"{name}: expected {_EXPECTED[dict]}")


def kind_of(name: str) -> type:
    """Return the kind of a setting's values: `bool`, `int`, `float`, or another for which there is no check."""
    if name in SWITCHES:
        return bool
    return float if name in SECONDS else type(getattr(default_settings, name, None))


def _given(settings: BaseSettings) -> Iterator[tuple[str, Any]]:
    for name in settings:
        if (settings.getpriority(name) or 0) >= SETTINGS_PRIORITIES["project"]:
            yield name, settings[name]


def _check_kind(name: str, value: Any, kind: type, read: Callable[[str], Any]) -> None:
    try:
        number = read(name)
        usable = kind is not float or (math.isfinite(number) and number >= 0)
    except (ValueError, TypeError, OverflowError):
        usable = False
    if not usable:
        raise BadInput(f"{name}: expected {_EXPECTED[kind]}, got {_shown(value)}")


def _names_an_object(name: str) -> bool:
    default = getattr(default_settings, name, None)
    return name in _OBJECTS or (isinstance(default, str) and default.startswith("scrapy.") and "://" not in default)


def _paths_in(name: str, value: Any) -> Iterator[str]:
    """Yield the paths of classes and functions that a crawl would import in any case."""
    if _names_an_object(name) and isinstance(value, str):
        yield value
    elif name in _COMPONENTS and isinstance(value, Mapping):
        yield from (path for path in value if isinstance(path, str))


def _check_object(name: str, path: str) -> None:
    try:
        load_object(path)
    except (ImportError, NameError, ValueError) as error:
        raise BadInput(f"{name}: expected the path of a class or function, got {_shown(path)}: {error}") from None


def _check_encoding(name: str, value: Any) -> None:
    try:
        codecs.lookup(value or "utf-8")
    except (LookupError, TypeError, ValueError):
        raise BadInput(f"{name}: expected the name of an encoding, such as utf-8, got {_shown(value)}") from None


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts_in(name)
            yield from _texts_in(each)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for each in value:
            yield from _texts_in(each)


def _check_utf8(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        # It may be a secret: it is not repeated.
        raise BadInput(f"{name}: expected text in UTF-8") from None


def _shown(value: Any) -> str:
    return f"'{printable(str(value), _LONGEST_SHOWN)}'"
