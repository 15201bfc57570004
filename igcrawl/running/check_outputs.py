"""Checks of a crawl's outputs before anything is sent: what would never be written is refused, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import UnionType
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.extensions.feedexport import apply_uri_params
from scrapy.settings import BaseSettings, Settings
from scrapy.utils.misc import load_object

from igcrawl.config.config import Config
from igcrawl.config.own_files import OwnFiles, is_same_file
from igcrawl.config.promises import EXPORTERS
from igcrawl.errors import BadInput
from igcrawl.output.feed_outputs import is_stream, local_path, shown, without_compression

#: Feed storages that need a package of their own.
_NEEDED: Final = {"s3": "botocore", "gs": "google.cloud.storage"}
#: What a feed's address may name beside the spider's attributes.
_URI_NAMES: Final = frozenset({"time", "batch_time", "batch_id", "name"})
_TEXTS: Final = _URI_NAMES - {"batch_id"}
#: Options of a feed by what they must be: text in the place of another value would be taken for something else.
_KINDS: Final[Mapping[str, tuple[type | UnionType, str]]] = {
    "indent": (int, "a whole number"),
    "batch_item_count": (int, "a whole number"),
    "overwrite": (bool, "true or false"),
    "store_empty": (bool, "true or false"),
    "fields": (Mapping | list | tuple, "names in a list, or names with their columns"),
    "item_classes": (list | tuple | set | frozenset, "classes in a list"),
    "postprocessing": (list | tuple, "plugins in a list"),
    "item_export_kwargs": (Mapping, "names with values"),
}


def check_outputs(settings: Settings, spider: type[Spider], config: Config, files: Mapping[str, str | None]) -> None:
    """Check the feeds of a crawl.

    Args:
        settings: Scrapy's, with all feeds.
        spider: the spider's class.
        config: the crawl's.
        files: further files that are read or written, by the option or setting that names them.

    Raises:
        BadInput: an output cannot be written, or a file has two purposes.
    """
    feeds = settings.getdict("FEEDS")
    _check_places(feeds, config, files)
    for uri, options in feeds.items():
        _check_feed(str(uri), options, settings, spider)
        if not config.keep:
            _check_only_copy(str(uri), options)


def check_feeds_shape(settings: BaseSettings) -> None:
    """Check that FEEDS is what Scrapy takes: addresses with a mapping of options each.

    Raises:
        BadInput: it is not.
    """
    try:
        feeds = settings.getdict("FEEDS")
    except (ValueError, TypeError):
        feeds = None
    if feeds is None or not all(isinstance(uri, str | Path) and uri != "" for uri in feeds):
        raise BadInput('FEEDS: expected addresses with options, {"followers.jsonl": {"format": "jsonl"}}')
    for uri, options in feeds.items():
        if not isinstance(options, Mapping):
            raise BadInput(
                f'output {shown(str(uri))}: FEEDS: expected options, such as {{"format": "jsonl"}}, got {_cut(options)}'
            )


def _cut(value: Any) -> str:
    return f"'{str(value)[:60]}'"


def _formats(settings: BaseSettings) -> list[str]:
    """Return the formats that hold records."""
    return [name for name, exporter in settings.getwithbase("FEED_EXPORTERS").items() if exporter is not None]


def _check_format(uri: str, options: Mapping[str, Any], settings: BaseSettings) -> None:
    name = str(options.get("format") or "")
    known = settings.getwithbase("FEED_EXPORTERS")
    ours = name in EXPORTERS and EXPORTERS[name] is None
    if ours:
        written = ", ".join(each for each, exporter in EXPORTERS.items() if exporter is not None)
        raise BadInput(f"output {shown(uri)}: {name} cannot hold records; allowed: {written}")
    if not name or known.get(name) is None:
        problem = f"its format {_cut(name)} is not known" if name else "its format is not given"
        raise BadInput(f"output {shown(uri)}: {problem}; allowed: {', '.join(_formats(settings))}")
    if name not in EXPORTERS:
        _check_loads(uri, known[name])


def _check_loads(uri: str, path: Any) -> None:
    try:
        load_object(path)
    except (ImportError, NameError, ValueError, TypeError) as error:
        raise BadInput(f"output {shown(uri)}: {error}") from None


def _check_feed(uri: str, options: Mapping[str, Any], settings: Settings, spider: type[Spider]) -> None:
    """Refuse an output that would never be written, before a request is spent on it."""
    scheme, host = urlsplit(uri)[:2]
    if scheme == "file" and host not in {"", "localhost"}:
        raise BadInput(f"output {uri}: {host} would be another machine; a path of this one is file:///{host}/…")
    if scheme not in {"", "file", "stdout"} and options.get("overwrite") is False:
        raise BadInput(
            f"output {shown(uri)}: a remote output is stored whole at the end of a run; it cannot be appended to"
        )
    if scheme not in {"", "file", "stdout"} and options.get("batch_item_count"):
        raise BadInput(f"output {shown(uri)}: batches must be local files; a remote output is stored whole")
    encoding = str(options.get("encoding") or settings["FEED_EXPORT_ENCODING"] or "utf-8")
    if encoding.lower() not in {"utf-8", "utf8"} and options.get("format") in EXPORTERS:
        raise BadInput(
            f"output {shown(uri)}: its encoding must be utf-8, since names are in many scripts; got {encoding!r}"
        )
    storages = settings.getwithbase("FEED_STORAGES")
    if storages.get(scheme or "file") is None:
        raise BadInput(f"output {shown(uri)}: no storage for {scheme}://; allowed: {', '.join(filter(None, storages))}")
    if scheme in _NEEDED and not _installed(_NEEDED[scheme]):
        raise BadInput(f"output {shown(uri)}: {scheme}:// needs the package {_NEEDED[scheme]}")
    _check_format(uri, options, settings)
    _check_options(uri, options, settings, spider)
    if scheme in {"", "file"} and "%(" not in uri and not is_stream(uri):
        check_file(local_path(uri), f"output {shown(uri)}")


def _check_only_copy(uri: str, options: Mapping[str, Any]) -> None:
    """Refuse what cannot be written where the store keeps no records."""
    if urlsplit(uri).scheme not in {"", "file"} or "%(" in uri or is_stream(uri):
        return
    if without_compression(uri)[1] and not options.get("postprocessing"):
        raise BadInput(
            f"output {uri}: IG_KEEP=False writes no compressed files; give another name, or keep the records"
        )
    path, format_ = local_path(uri), options.get("format")
    if format_ in {"json", "xml"} and not options.get("overwrite") and path.exists() and path.stat().st_size:
        raise BadInput(f"-o {path}: a file of the format {format_} cannot be appended to; give -O, or .jsonl")


def _check_options(uri: str, options: Mapping[str, Any], settings: Settings, spider: type[Spider]) -> None:
    names = re.findall(r"%\((\w+)\)", uri)
    for name in names:
        if name not in _URI_NAMES and not hasattr(spider, name):
            raise BadInput(f"output {shown(uri)}: %({name}) is not known; allowed: {', '.join(sorted(_URI_NAMES))}")
    for name, (kind, told) in _KINDS.items():
        value = options.get(name)
        # True is a whole number to Python.
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise BadInput(f"output {shown(uri)}: {name}: expected {told}, got {_cut(value)}")
    try:
        apply_uri_params(uri, {name: "x" if name in _TEXTS else 1 for name in names})
    except (ValueError, TypeError, KeyError):
        raise BadInput(f"output {shown(uri)}: its %(…) cannot be read; a percent sign itself is %%") from None
    batches = options.get("batch_item_count") or settings.getint("FEED_EXPORT_BATCH_ITEM_COUNT")
    if batches and not re.search(r"%\(batch_(time|id)\)", uri):
        raise BadInput(f"output {shown(uri)}: batches need %(batch_id)d or %(batch_time)s in the address")
    objects = [options.get("item_filter"), options.get("uri_params"), *(options.get("item_classes") or ())]
    for each in (*objects, *(options.get("postprocessing") or ())):
        if each:
            _check_loads(uri, each)


def _check_places(feeds: Mapping[str, Any], config: Config, files: Mapping[str, str | None]) -> None:
    """Refuse a file that has another purpose already: it would be written over, or two would write it."""
    own = OwnFiles.of(config)
    taken: dict[Path, str] = {}
    for name, path, what in (*_named_files(files), *_outputs(feeds)):
        if (owner := own.owner(path)) is not None:
            raise BadInput(f"{name}: it belongs to {owner}; name another file")
        for other, purpose in taken.items():
            if is_same_file(path, other):
                raise BadInput(f"{name}: it is {purpose}; name another file")
        if not is_stream(str(path)):
            taken[path] = what


def _named_files(files: Mapping[str, str | None]) -> Iterator[tuple[str, Path, str]]:
    for option, name in files.items():
        if name:
            yield f"{option} {name}", local_path(name), f"what {option} names"


def _outputs(feeds: Mapping[str, Any]) -> Iterator[tuple[str, Path, str]]:
    for uri in map(str, feeds):
        if urlsplit(uri).scheme not in {"", "file"} or "%(" in uri or is_stream(uri):
            continue
        path = local_path(uri)
        try:
            is_folder = path.is_dir()
        except OSError as error:
            raise BadInput(f"output {shown(uri)}: {error.strerror or error}") from None
        if is_folder:
            raise BadInput(f"output {shown(uri)}: it is a folder; name a file in it")
        yield f"output {shown(uri)}", path, f"the output {uri}"


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def check_file(path: Path, what: str) -> None:
    """Refuse a file that cannot be written; what is in it stays.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        existed = path.exists()
        if existed and not path.is_file() and not path.is_dir():
            # A pipe would be waited for.
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except FileExistsError:
        raise BadInput(f"{what}: there is a file where its folder would be") from None
    except OSError as error:
        raise BadInput(f"{what}: {error.strerror or error}") from None
    if not existed:
        path.unlink()
