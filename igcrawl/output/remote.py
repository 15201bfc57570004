"""An output at a remote place (S3, FTP, …): stored once, whole, at the end of a run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote, urlsplit

from igcrawl.errors import StoreError
from igcrawl.output.output import OutputCrawl, OutputSpec
from igcrawl.output.output_state import OutputState
from igcrawl.output.own_part import encoded
from igcrawl.output.place import new_hash
from igcrawl.store import OutputRow


class RemoteOutput:
    """A place that one of Scrapy's storages, or of the operator's own, leads to.

    Args:
        spec: what the operator asked for, without a path.
        name: the address, without a credential.
        open_file: opens the storage's file.
        store_file: stores it.
    """

    def __init__(
        self, spec: OutputSpec, name: str, open_file: Callable[[], Any], store_file: Callable[[Any], Awaitable[Any]]
    ) -> None:
        self._spec, self._name = spec, name
        self.replaces = spec.replaces
        self._open, self._store = open_file, store_file
        self._crawl: OutputCrawl | None = None
        self._stored = False

    @property
    def name(self) -> str:
        """Its address, without a credential."""
        return self._name

    @property
    def key(self) -> str:
        """See `Output.key`."""
        return self._spec.uri

    @property
    def written(self) -> list[str]:
        """Its address once something is stored there."""
        return [self._name] if self._stored else []

    def take(self) -> None:
        """Do nothing: a remote place has no lock."""

    async def check(self, crawl: OutputCrawl | None) -> None:
        """Do nothing: it is replaced."""

    async def begin(self, crawl: OutputCrawl) -> None:
        """See `Output.begin`."""
        self._crawl = crawl

    def changed(self) -> OutputRow | None:
        """Return nothing."""
        return None

    async def grow(self, lines: bytes, first: int, last: int) -> None:
        """Take nothing: all is in the store."""

    def sync(self) -> None:
        """Do nothing."""

    async def finish(self, tail: bytes) -> None:
        """See `Output.finish`."""
        crawl = self._crawl
        if crawl is None:
            return
        last = await crawl.last()
        own = new_hash()
        own.update(tail)
        state = OutputState(format=self._spec.kind, place=last, hash=own.hexdigest())
        # Two users of one server are two places.
        digest = blake2b(self._spec.uri.encode(), digest_size=4).hexdigest()
        place = self._name if self._name == self._spec.uri else f"{self._name} ({digest})"
        row = OutputRow(crawl.crawl, "", place, state.kept())
        known = [known for known in await crawl.store.outputs.at("", place) if known.crawl == crawl.crawl]
        self._stored = known == [row]
        if not (last or tail) or self._stored:
            return
        try:
            file = self._open()
            async for chunk in encoded(crawl, self._spec.encoder(), headed=False, tail=tail):
                file.write(chunk)
            await self._store(file)
        except Exception as error:  # whatever a storage's library raises
            said = f"{type(error).__name__}: {self._clear(str(error))}"
            raise StoreError(f"output {self._name}: it was not stored ({said}); the same command stores it") from None
        self._stored = True
        await crawl.store.outputs.put(row)

    def _clear(self, said: str) -> str:
        """Take the address's credential out of what a storage's library says."""
        user = urlsplit(self._spec.uri).netloc.rpartition("@")[0]
        for secret in filter(None, (self._spec.uri, user, user.partition(":")[2], unquote(user.partition(":")[2]))):
            said = said.replace(secret, self._name if secret == self._spec.uri else "[redacted]")
        return said

    def close(self) -> None:
        """Do nothing."""
