"""Outputs out of Scrapy's feeds: a local file or a remote place becomes a view of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import orjson
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.extensions.feedexport import FileFeedStorage, ItemFilter, StdoutFeedStorage, apply_uri_params
from scrapy.extensions.postprocessing import PostProcessingManager
from scrapy.settings import BaseSettings
from scrapy.utils.defer import ensure_awaitable
from scrapy.utils.misc import build_from_crawler, load_object

from igcrawl.items import WalkEnd, to_record
from igcrawl.output.batched import BatchedOutput
from igcrawl.output.encoders import COMPRESSED, CompressedEncoder, Encoder, ExporterEncoder, JsonLinesEncoder
from igcrawl.output.exporters import ENCLOSING, is_ours
from igcrawl.output.foreign import JSON_LINES
from igcrawl.output.growing import GrowingOutput
from igcrawl.output.output import Output, OutputSpec
from igcrawl.output.remote import RemoteOutput
from igcrawl.output.stream import StreamOutput
from igcrawl.output.whole import WholeOutput
from igcrawl.paths import expanded, real_path
from igcrawl.stopping import Stopping

#: Options of a feed that change its bytes.
_OF_BYTES: Final = (
    "format",
    "fields",
    "encoding",
    "indent",
    "item_classes",
    "item_filter",
    "item_export_kwargs",
    "postprocessing",
    "batch_item_count",
)


class OneType(ItemFilter):
    """Lets a feed with one set of columns have one type of record, beside what its own filter says.

    Args:
        own: the feed's own filter.
        type_: the type; "" for that of the first record.
    """

    def __init__(self, own: ItemFilter, type_: str) -> None:
        self.item_classes = own.item_classes
        self._own, self._type = own, type_

    def accepts(self, item: Any) -> bool:
        """Return whether the feed takes a record, or a mapping that was made of one."""
        kind = item.get("type") if isinstance(item, Mapping) else getattr(item, "type", self._type)
        if not self._type and kind != WalkEnd.TYPE:
            self._type = kind or ""
        return (kind or self._type) == self._type and accepts(self._own, item)


def accepts(own: ItemFilter, item: Any) -> bool:
    """Return whether a feed's filter takes a record, or a mapping that was made of one."""
    if type(own) is ItemFilter and not own.item_classes:
        return True
    return bool(own.accepts(to_record(item) if isinstance(item, dict) else item))


def output_of(
    crawler: Crawler, spider: Spider, template: str, options: Mapping[str, Any], *, keeps: bool, stopping: Stopping
) -> Output | None:
    """Return the output that stands for a feed; None for one that is Scrapy's own matter.

    That is, where the store keeps no records, whatever cannot be appended to.

    Args:
        crawler: the crawl's.
        spider: its spider.
        template: the feed's address.
        options: the feed's, with their defaults.
        keeps: whether the store keeps the crawl's records.
        stopping: of the run.

    Raises:
        Exception: whatever its exporter, plugins, filter or function of parameters raise.
    """
    storage = _storage_of(crawler.settings, template)
    uri = apply_uri_params(template, _params(spider, options, 1))
    local = issubclass(storage, FileFeedStorage)
    path = local_path(uri) if local else None
    spec = _spec(crawler, spider, template, uri, options, path)
    # One that cannot write anything fails here, before a request is spent on it.
    spec.encoder().begin()
    if issubclass(storage, StdoutFeedStorage) or (local and is_stream(uri)):
        return StreamOutput(spec, public_uri(uri), stopping)
    size = options["batch_item_count"]
    if not keeps and not (spec.grows and spec.format in JSON_LINES):
        return None
    if not local:
        return _remote(crawler, spider, storage, spec, options)
    if size:

        def path_of(number: int) -> Path:
            return local_path(apply_uri_params(template, _params(spider, options, number)))

        return BatchedOutput(spec, size, path_of)
    return GrowingOutput(spec) if spec.grows else WholeOutput(spec)


def local_path(uri: str) -> Path:
    """Return the real path of a local file, by whatever links its name leads there.

    Raises:
        BadInput: the links lead in a circle.
    """
    parts = urlsplit(uri)
    path = expanded(unquote(parts.path) if parts.scheme == "file" else uri, "output").absolute()
    return real_path(path, f"output {uri}")


def is_stream(uri: str) -> bool:
    """Return whether an address leads to a pipe or a device, from which nobody can read again."""
    parts = urlsplit(uri)
    path = expanded(unquote(parts.path) if parts.scheme == "file" else uri, "output")
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:
        # Whoever opens it is told why that cannot be.
        return False


def without_compression(name: str) -> tuple[str, str]:
    """Return a file's name without the suffix of its compression, and that suffix, "" for none."""
    suffix = next((suffix for suffix in COMPRESSED if name.endswith(suffix)), "")
    return name.removesuffix(suffix), suffix


def _spec(
    crawler: Crawler, spider: Spider, template: str, uri: str, options: Mapping[str, Any], path: Path | None
) -> OutputSpec:
    process = options.get("postprocessing")
    suffix = "" if process else without_compression(template)[1]
    of_bytes = {name: options.get(name) for name in _OF_BYTES if options.get(name)}
    known = orjson.dumps([of_bytes, suffix, template if options["batch_item_count"] else ""], default=str)
    main_record = getattr(spider, "main_record", "") if options["format"] == "csv" else None
    exporter = load_object(crawler.settings.getwithbase("FEED_EXPORTERS")[options["format"]])
    plain, lines = _is_plain(exporter, options), options["format"] in {*JSON_LINES, "csv"}
    make = partial(_encoder, crawler, exporter, options, main_record=main_record, plain=plain)
    # A filter of the operator's own may count what it has seen.
    grows = not (suffix or process or options["batch_item_count"] or options.get("item_filter"))
    return OutputSpec(
        uri=uri,
        format=options["format"],
        kind=f"{options['format']}{suffix} {blake2b(known, digest_size=4).hexdigest()}",
        encoder=make(suffix),
        header=lambda: make("")().begin() if lines else b"",
        accepts=_accepts(options, main_record),
        template=str(local_path(template)) if path is not None and options["batch_item_count"] else "",
        path=path,
        replaces=bool(options.get("overwrite")),
        suffix=suffix,
        encloses=exporter in ENCLOSING and not (suffix or process),
        grows=grows and (plain or options["format"] in JSON_LINES or bool(main_record)),
        processed=bool(process),
    )


def _encoder(
    crawler: Crawler,
    exporter: type[BaseItemExporter],
    options: Mapping[str, Any],
    suffix: str,
    *,
    main_record: str | None,
    plain: bool,
) -> Callable[[], Encoder]:
    """Return what makes an output's encoders."""
    plugins = options.get("postprocessing")

    def exported(file: Any) -> Any:
        return build_from_crawler(
            exporter,
            crawler,
            file,
            fields_to_export=options["fields"],
            encoding=options["encoding"],
            indent=options["indent"],
            **options["item_export_kwargs"],
        )

    def processed(file: Any) -> Any:
        return PostProcessingManager(plugins or [], file, dict(options))

    def made() -> Encoder:
        if plain:
            encoder: Encoder = JsonLinesEncoder()
        else:
            process = processed if plugins else None
            rebuild = not is_ours(exporter)
            encoder = ExporterEncoder(exported, _accepts(options, main_record), process, rebuild=rebuild)
        return CompressedEncoder(encoder, suffix) if suffix else encoder

    return made


def _accepts(options: Mapping[str, Any], main_record: str | None) -> Callable[[Mapping[str, Any]], bool]:
    own: ItemFilter = load_object(options.get("item_filter") or ItemFilter)(dict(options))
    if main_record is not None:
        return OneType(own, main_record).accepts
    return lambda row: accepts(own, row)


def _is_plain(exporter: type[BaseItemExporter], options: Mapping[str, Any]) -> bool:
    """Return whether a feed's bytes are the lines as the store keeps them."""
    changed = ("fields", "item_export_kwargs", "item_classes", "item_filter", "postprocessing")
    utf8 = str(options.get("encoding") or "utf-8").lower() in {"utf-8", "utf8"}
    return (
        options["format"] in JSON_LINES
        and is_ours(exporter)
        and utf8
        and not any(options.get(name) for name in changed)
    )


def _remote(
    crawler: Crawler, spider: Spider, storage: type[Any], spec: OutputSpec, options: Mapping[str, Any]
) -> RemoteOutput:
    place: Any = build_from_crawler(storage, crawler, spec.uri, feed_options=dict(options))

    async def store(file: Any) -> None:
        await ensure_awaitable(place.store(file))

    return RemoteOutput(spec, public_uri(spec.uri), lambda: place.open(spider), store)


def shown(uri: str) -> str:
    """Return an output's address as the operator gave it, but for a credential in it."""
    return public_uri(uri) if "://" in uri else uri


def public_uri(uri: str) -> str:
    """Return an output's address without what may be a credential in it."""
    try:
        parts = urlsplit(uri)
        if not parts.scheme or not parts.netloc:
            return "standard output" if parts.scheme == "stdout" else uri if parts.scheme else str(Path(uri).absolute())
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    except ValueError:
        return "an address that cannot be shown"


def _storage_of(settings: BaseSettings, uri: str) -> type[Any]:
    """Return the class of the storage that an address names, as Scrapy's feeds choose it."""
    known = settings.getwithbase("FEED_STORAGES")
    storage: type[Any] = load_object(known.get(urlsplit(uri).scheme) or known["file"])
    return storage


def _params(spider: Spider, options: Mapping[str, Any], batch: int) -> dict[str, Any]:
    """Return what an address may name, as Scrapy's feeds give it."""
    now = datetime.now(UTC)
    params: dict[str, Any] = {name: getattr(spider, name) for name in dir(spider)}
    params["time"] = now.replace(microsecond=0).isoformat().replace(":", "-")
    params["batch_time"] = now.isoformat().replace(":", "-")
    params["batch_id"] = batch
    change = options.get("uri_params")
    changed = load_object(change)(params, spider) if change else None
    return params if changed is None else changed
