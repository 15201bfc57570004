"""`igcrawl.SyncClient`: `igcrawl.Client` for scripts without ``async``; a loop of its own runs in a thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine, Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, Unpack
from weakref import finalize

from igcrawl.api.client import Client
from igcrawl.api.client_settings import Budget, ClientArguments, Session
from igcrawl.api.doubts import warn_caller
from igcrawl.api.loop_thread import LoopThread
from igcrawl.api.options import (
    AccountOptions,
    AudioOptions,
    ClipsOptions,
    CompareOptions,
    DocIdOptions,
    ExportOptions,
    Ids,
    ListOptions,
    MediaOptions,
    Question,
    ResolveOptions,
    SearchOptions,
    SuggestionsOptions,
    Texts,
    TypeaheadOptions,
)
from igcrawl.api.reading import R
from igcrawl.api.records import CLOSED, UNPICKLED, Records
from igcrawl.api.sync_records import SyncRecords
from igcrawl.api.unknown_names import TellsItsMethods
from igcrawl.errors import BadInput
from igcrawl.items import Audio, Comment, Follow, Hit, Media, Profile, Record, Redirect, Suggestion

if TYPE_CHECKING:
    from igcrawl.api.account_history import AccountHistory
    from igcrawl.api.comparison import Comparison

T = TypeVar("T")


class SyncClient(TellsItsMethods):
    """The crawler, as a client for scripts and for notebooks without ``await``: see `igcrawl.Client`.

    Its methods are those of `igcrawl.Client`: what is awaited there is returned here, and lists are read by ``for``.
    Use it as ``with SyncClient(…) as ig``, or call `close` at the end. Ctrl-C stops with a page written whole.

    Args:
        session, store, state, budget, mobile_url, web_url, progress, settings: see `igcrawl.Client`.

    Raises:
        BadInput: a setting or the session cannot be used.
    """

    def __init__(
        self,
        session: Session | None = None,
        store: str | PathLike[str] | None = None,
        state: str | PathLike[str] | None = None,
        budget: Budget | None = None,
        mobile_url: str | None = None,
        web_url: str | None = None,
        *,
        progress: bool | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        given = ClientArguments(
            session=session,
            store=store,
            state=state,
            budget=budget,
            mobile_url=mobile_url,
            web_url=web_url,
            progress=progress,
            settings=settings,
        )
        # Some tracebacks show the variables of each frame.
        del session, store, state, settings
        self._client = Client._of(given)
        self._thread = LoopThread()
        # The caller's line is in the caller's thread.
        self._doubts: deque[str] = deque()
        self._client._readings.warn = self._doubts.append
        # Also at the end of the program, and where nobody closes it.
        self._close = finalize(self, _close, self._client, self._thread)

    def __repr__(self) -> str:
        own = repr(self._client) if hasattr(self, "_client") else "<igcrawl.Client with nothing>"
        return own.replace(Client.__name__, type(self).__name__)

    def __reduce__(self) -> NoReturn:
        raise TypeError(UNPICKLED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """See `Client.close`."""
        self._close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the client's loop and return its result.

        Raises:
            BadInput: the client was closed.
        """
        if not self._close.alive:
            coroutine.close()
            raise BadInput(CLOSED)
        result = self._thread.run(coroutine)
        while self._doubts:
            warn_caller(self._doubts.popleft())
        return result

    def profile(self, username: str | None = None, /, **options: Unpack[AccountOptions]) -> Profile:
        """See `Client.profile`."""
        return self.run(self._client.profile(username, **options))

    def profiles(self, username: Texts | None = None, /, **options: Unpack[AccountOptions]) -> SyncRecords[Profile]:
        """See `Client.profiles`."""
        return self._sync(self._client.profiles(username, **options))

    def followers(self, username: Texts | None = None, /, **options: Unpack[ListOptions]) -> SyncRecords[Follow]:
        """See `Client.followers`."""
        return self._sync(self._client.followers(username, **options))

    def following(self, username: Texts | None = None, /, **options: Unpack[ListOptions]) -> SyncRecords[Follow]:
        """See `Client.following`."""
        return self._sync(self._client.following(username, **options))

    def suggestions(
        self, username: Texts | None = None, /, **options: Unpack[SuggestionsOptions]
    ) -> SyncRecords[Suggestion]:
        """See `Client.suggestions`."""
        return self._sync(self._client.suggestions(username, **options))

    def feed(self, username: Texts | None = None, /, **options: Unpack[AccountOptions]) -> SyncRecords[Media]:
        """See `Client.feed`."""
        return self._sync(self._client.feed(username, **options))

    def clips(self, username: Texts | None = None, /, **options: Unpack[ClipsOptions]) -> SyncRecords[Media]:
        """See `Client.clips`."""
        return self._sync(self._client.clips(username, **options))

    def media(self, media: Ids | None = None, /, **options: Unpack[MediaOptions]) -> SyncRecords[Media]:
        """See `Client.media`."""
        return self._sync(self._client.media(media, **options))

    def comments(self, media: Ids | None = None, /, **options: Unpack[MediaOptions]) -> SyncRecords[Comment]:
        """See `Client.comments`."""
        return self._sync(self._client.comments(media, **options))

    def search(self, query: str | None = None, /, **options: Unpack[SearchOptions]) -> SyncRecords[Hit]:
        """See `Client.search`."""
        return self._sync(self._client.search(query, **options))

    def typeahead(self, query: str | None = None, /, **options: Unpack[TypeaheadOptions]) -> SyncRecords[Hit]:
        """See `Client.typeahead`."""
        return self._sync(self._client.typeahead(query, **options))

    def audio(
        self, track_id: str | int | None = None, /, **options: Unpack[AudioOptions]
    ) -> SyncRecords[Audio | Media]:
        """See `Client.audio`."""
        return self._sync(self._client.audio(track_id, **options))

    def resolve(self, url: str | None = None, /, **options: Unpack[ResolveOptions]) -> SyncRecords[Redirect]:
        """See `Client.resolve`."""
        return self._sync(self._client.resolve(url, **options))

    def call(self, operation: str, /, **arguments: Any) -> SyncRecords[Record]:
        """See `Client.call`."""
        return self._sync(self._client.call(operation, **arguments))

    def doc_id(
        self, doc_id: str | int, variables: Mapping[str, Any] | None = None, /, **options: Unpack[DocIdOptions]
    ) -> SyncRecords[Record]:
        """See `Client.doc_id`."""
        return self._sync(self._client.doc_id(doc_id, variables, **options))

    def export(self, out: str | PathLike[str], /, **options: Unpack[ExportOptions]) -> bool:
        """See `Client.export`."""
        return self.run(self._client.export(out, **options))

    def compare(self, question: Question, /, *accounts: str | int, **options: Unpack[CompareOptions]) -> Comparison:
        """See `Client.compare`."""
        return self.run(self._client.compare(question, *accounts, **options))

    def history(self, account: str | int, /, *, out: str | PathLike[str] | None = None) -> AccountHistory:
        """See `Client.history`."""
        return self.run(self._client.history(account, out=out))

    def report(self, out: str | PathLike[str], /, *accounts: str | int) -> Path:
        """See `Client.report`."""
        return self.run(self._client.report(out, *accounts))

    def _sync(self, records: Records[R]) -> SyncRecords[R]:
        return SyncRecords(records, self)


def _close(client: Client, thread: LoopThread) -> None:
    """Stop what a client reads, and end its thread."""
    if thread.is_begun and not thread.is_current:
        thread.run(client.close())
    thread.stop()
