"""`igcrawl.Client`: the spiders as methods of an asyncio program, a notebook or a Twisted program."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, Unpack

from igcrawl.api.argument_texts import with_target
from igcrawl.api.client_settings import Budget, ClientArguments, ClientSettings, Session
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
from igcrawl.api.orders import order_of
from igcrawl.api.python_words import python_words
from igcrawl.api.reading import R
from igcrawl.api.records import UNPICKLED, Readings, Records
from igcrawl.api.unknown_names import TellsItsMethods
from igcrawl.errors import BadInput
from igcrawl.items import Audio, Comment, Follow, Hit, Media, Profile, Record, Redirect, Suggestion
from igcrawl.store import describe

if TYPE_CHECKING:
    from igcrawl.api.account_history import AccountHistory
    from igcrawl.api.comparison import Comparison


class Client(TellsItsMethods):
    """The crawler, as a client: the same session, budget, store and verdicts as ``scrapy crawl``.

    What the project's settings and the environment say (`IG_SESSION`, `IG_STORE`, `IG_BUDGET_HOUR`, …) holds here,
    too, unless an argument says otherwise. Use it as ``async with Client(…) as ig``, or call `close` at the end.

    A method that returns `Records` sends nothing yet: the list is asked for while it is read. An account is given by
    its username as the first argument, or as ``username=`` or ``user_id=``; several as a list. The further options
    are the arguments of the spider of the method's name.

    Args:
        session: a session's name, a file, or the session itself: text, or a mapping such as instagrapi's settings.
        store: a file for SQLite, or an address: ``sqlite:///…``, ``postgresql://…``.
        state: where session states are kept, a folder or ``postgresql://…``.
        budget: requests an hour, or an hour and a day; False sends without a budget.
        mobile_url, web_url: other base URLs, such as a simulator's.
        progress: whether a display shows how a crawl stands; None shows it in notebooks.
        settings: further settings by their names, of igcrawl or Scrapy.

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
        self._take(given)

    @classmethod
    def _of(cls, given: ClientArguments) -> Self:
        client = cls.__new__(cls)
        client._take(given)
        return client

    def _take(self, given: ClientArguments) -> None:
        self._settings = _checked(given)
        self._readings = Readings(self._settings)

    def __repr__(self) -> str:
        # Also where it was refused: some tracebacks show it.
        store = describe(self._settings.store) if hasattr(self, "_settings") else "nothing"
        return f"<igcrawl.{type(self).__name__} with {store}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(UNPICKLED)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop what is being read, each with a page written whole. Does no harm twice."""
        await self._readings.close()

    async def profile(self, username: str | None = None, /, **options: Unpack[AccountOptions]) -> Profile:
        """Return an account's profile: one request, two when it is given by its name.

        Raises:
            BadInput: not one account is given, or an option cannot be used.
            NotFound: there is no such account, whatever `on_doubt` says.
            DoubtfulResult: the profile did not come.
        """
        # There is nothing to return in its place.
        options["on_doubt"] = "raise"
        profiles = self.profiles(username, **options)
        if profiles.targets != 1:
            raise BadInput("profile takes one account; profiles takes several")
        [profile] = await profiles
        return profile

    def profiles(self, username: Texts | None = None, /, **options: Unpack[AccountOptions]) -> Records[Profile]:
        """Profiles of accounts."""
        return self._records("profiles", (Profile,), with_target(username, "username", options))

    def followers(self, username: Texts | None = None, /, **options: Unpack[ListOptions]) -> Records[Follow]:
        """Followers of accounts."""
        return self._records("followers", (Follow,), with_target(username, "username", options))

    def following(self, username: Texts | None = None, /, **options: Unpack[ListOptions]) -> Records[Follow]:
        """Accounts that accounts follow."""
        return self._records("following", (Follow,), with_target(username, "username", options))

    def suggestions(
        self, username: Texts | None = None, /, **options: Unpack[SuggestionsOptions]
    ) -> Records[Suggestion]:
        """Accounts that Instagram suggests beside accounts."""
        return self._records("suggestions", (Suggestion,), with_target(username, "username", options))

    def feed(self, username: Texts | None = None, /, **options: Unpack[AccountOptions]) -> Records[Media]:
        """Posts of accounts, newest first."""
        return self._records("feed", (Media,), with_target(username, "username", options))

    def clips(self, username: Texts | None = None, /, **options: Unpack[ClipsOptions]) -> Records[Media]:
        """Reels of accounts."""
        return self._records("clips", (Media,), with_target(username, "username", options))

    def media(self, media: Ids | None = None, /, **options: Unpack[MediaOptions]) -> Records[Media]:
        """Posts and reels by their ids, shortcodes or addresses, one request each."""
        return self._records("media", (Media,), with_target(media, "media_id", options))

    def comments(self, media: Ids | None = None, /, **options: Unpack[MediaOptions]) -> Records[Comment]:
        """Comments that the app shows below posts."""
        return self._records("comments", (Comment,), with_target(media, "media_id", options))

    def search(self, query: str | None = None, /, **options: Unpack[SearchOptions]) -> Records[Hit]:
        """What a search finds, one tab of it."""
        return self._records("search", (Hit,), with_target(query, "query", options))

    def typeahead(self, query: str | None = None, /, **options: Unpack[TypeaheadOptions]) -> Records[Hit]:
        """What Instagram suggests while one types."""
        return self._records("typeahead", (Hit,), with_target(query, "query", options))

    def audio(self, track_id: str | int | None = None, /, **options: Unpack[AudioOptions]) -> Records[Audio | Media]:
        """A sound, and the reels that use it."""
        return self._records("audio", (Audio, Media), with_target(track_id, "track_id", options))

    def resolve(self, url: str | None = None, /, **options: Unpack[ResolveOptions]) -> Records[Redirect]:
        """Where a link leads: one request, without the session."""
        return self._records("resolve", (Redirect,), with_target(url, "url", options))

    def call(self, operation: str, /, **arguments: Any) -> Records[Record]:
        """Any operation of the catalogue.

        Args:
            operation: its name, also that of aiograpi's or instagrapi's method; ``scrapy operations`` lists them.
            arguments: the operation's, and the options that all methods have.
        """
        return self._records("operation", (Record,), {**arguments, "name": operation})

    def doc_id(
        self, doc_id: str | int, variables: Mapping[str, Any] | None = None, /, **options: Unpack[DocIdOptions]
    ) -> Records[Record]:
        """Any registered query by its doc_id, with its variables."""
        given = with_target(variables, "variables", options)
        return self._records("operation", (Record,), {**given, "doc_id": doc_id})

    async def export(self, out: str | PathLike[str], /, **options: Unpack[ExportOptions]) -> bool:
        """Write records of the store into a file, without a request; what was written is said on standard error.

        Returns:
            Whether the store holds the records of all that was chosen.

        Raises:
            BadInput: nothing can be written so.
        """
        from igcrawl.api import store_questions  # noqa: PLC0415 - most programs ask the store nothing

        return await store_questions.export_records(self._open_settings, out, options)

    async def compare(
        self, question: Question, /, *accounts: str | int, **options: Unpack[CompareOptions]
    ) -> Comparison:
        """Return who is ``new``, ``gone`` or ``kept`` between an account's lists, in the ``overlap`` of several
        accounts' lists, or ``mutual``: by the store, without a request.

        Without options the last two complete lists are compared, or the last ones. What speaks against an answer is in
        its `doubts`, and is a `DoubtfulResultWarning`.

        Args:
            question: which.
            accounts: each an id, a name, an address, or a walk such as ``followers/25025320``.
            options: which lists, and what becomes of the answer.

        Raises:
            BadInput: there are no such lists, or the extra ``analysis`` is not installed.
            DoubtfulComparison: something speaks against the answer, with ``on_doubt="raise"``.
        """
        from igcrawl.api import store_questions  # noqa: PLC0415 - as above

        return await store_questions.compare(self._open_settings, question, accounts, options, self._readings.warn)

    async def history(self, account: str | int, /, *, out: str | PathLike[str] | None = None) -> AccountHistory:
        """Return the lists and profiles of an account that the store holds, without a request.

        Args:
            account: an id, a name or an address.
            out: a file that it is written to: .csv, .xlsx, .jsonl or .parquet.

        Raises:
            BadInput: the store knows nothing of it.
        """
        from igcrawl.api import store_questions  # noqa: PLC0415 - as above

        return await store_questions.history(self._open_settings, account, out)

    async def report(self, out: str | PathLike[str], /, *accounts: str | int) -> Path:
        """Write a page of HTML about what the store holds, without a request.

        Args:
            out: the file.
            accounts: those that it is about, each an id, a name or an address; all without one.

        Returns:
            The file.

        Raises:
            BadInput: nothing can be written so, or the extra ``analysis`` is not installed.
        """
        from igcrawl.api import store_questions  # noqa: PLC0415 - as above

        return await store_questions.report(self._open_settings, out, accounts)

    @property
    def _open_settings(self) -> ClientSettings:
        """The settings, where the client goes on."""
        self._readings.check_open()
        return self._settings

    def _records(self, spider: str, kinds: tuple[type[R], ...], options: Mapping[str, Any]) -> Records[R]:
        return Records(order_of(self._settings, spider, kinds, options), self._readings)


def _checked(given: ClientArguments) -> ClientSettings:
    """Return a client's settings.

    Raises:
        BadInput: one cannot be used. The frames that have seen the session are not in the traceback.
    """
    try:
        return given.checked()
    except BadInput as error:
        problem = python_words(str(error))
    raise BadInput(problem)
