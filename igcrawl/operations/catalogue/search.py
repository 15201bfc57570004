"""Search: what the app shows while one types, and the tabs of its results."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Final

from igcrawl.arguments.types import Slug, Token, Url, Words
from igcrawl.items import Hit, Media, Redirect
from igcrawl.operations.call import SessionValue
from igcrawl.operations.catalogue.shared_fields import MEDIA_FIELDS
from igcrawl.operations.operation import Argument, Operation, Surface
from igcrawl.operations.paging import OneCursor, SeveralCursors
from igcrawl.operations.request_templates import Arg, Cursor, FirstOf
from igcrawl.parsing.combined_readers import AllOf, AnyOf, ByKind
from igcrawl.parsing.fields import (
    NOTHING,
    Field,
    fixed,
    flag,
    ident,
    ids,
    label,
    media_id,
    media_pk,
    number,
    reference,
    text,
)
from igcrawl.parsing.json_paths import EACH, ManyPath, OneOf
from igcrawl.parsing.reader import Constant, Reader, Shared, Translated

QUERY: Final = Argument("what to search for", Words, "python")
RANK_TOKEN: Final = Argument("the token of an earlier answer, to continue from it", Token, "8a3a7f0e", required=False)


def _hit(kind: str, **known: Field) -> dict[str, Field]:
    """The fields of a hit of one kind; the others are null."""
    names = [field.name for field in fields_of(Hit)]
    return {name: known.get(name, NOTHING) for name in names[names.index("kind") :]} | {"kind": fixed(kind)}


_USER: Final = _hit(
    "user",
    pk=ident(),
    username=text("username"),
    full_name=text("full_name"),
    is_private=flag("is_private"),
    is_verified=flag("is_verified"),
    profile_pic_url=text("profile_pic_url"),
    social_context=text("social_context", "search_social_context"),
    latest_reel_media=number("latest_reel_media"),
)
_HASHTAG: Final = _hit("hashtag", id=ident(), name=text("name"), media_count=number("media_count"))
_PLACE: Final = _hit("place", pk=ident(*ids("location", "")), name=text("title", "location.name", "name"))
_KEYWORD: Final = _hit("keyword", id=label(*ids()), name=text("name"))
_MEDIA: Final = _hit(
    "media",
    pk=media_pk(),
    id=media_id("id", "strong_id__"),
    code=text("code"),
    owner_pk=reference(*ids("user", "owner")),
    owner_username=text("user.username", "owner.username"),
)
#: Where media stand in the grid of the top tab, as its sections' layouts arrange them.
_GRID: Final = (
    "media_grid",
    "sections",
    EACH,
    "layout_content",
    OneOf(("one_by_two_item.clips.items", "fill_items", "medias")),
    EACH,
    "media",
)
_REELS: Final = ("reels_serp_modules", EACH, "clips", EACH, "media")
_TAB_OF_SURFACE: Final = {
    "popular_serp": "popular",
    "top_serp": "top",
    "account_serp": "accounts",
    "user_serp": "accounts",
    "clips_search_page": "reels",
    "clips_serp_page": "reels",
}


def _hits(tab: Shared, at: ManyPath, fields: dict[str, Field]) -> Reader:
    return Reader(at=at, record=Hit, before=("query", tab), position=True, fields=fields)


def _things(tab: Shared) -> ByKind:
    kinds = {"user": _USER, "hashtag": _HASHTAG, "place": _PLACE, "keyword": _KEYWORD}
    return ByKind(("list",), {kind: _hits(tab, (), fields) for kind, fields in kinds.items()})


def _media(at: ManyPath) -> Reader:
    return Reader(at=at, record=Media, fields=MEDIA_FIELDS)


def _typeahead(
    name: str, about: str, path: str, *, other_name: str, users_only: bool, timezone: bool = False
) -> Operation:
    tab = Constant("typeahead")
    surface = {"search_surface": "typeahead_search_page"}
    zone = {"timezone_offset": SessionValue("timezone_offset")} if timezone else {}
    count = {} if timezone else {"count": "30"}
    users = _hits(tab, ("users",), _USER)
    return Operation(
        name=name,
        other_names=(other_name,),
        about=about,
        surface=Surface.REST,
        path=path,
        arguments={"query": QUERY},
        query={**surface, **zone, "query": Arg("query"), "context": "blended", **count},
        reader=users if users_only else AnyOf(users, _things(tab)),
    )


OPERATIONS: Final = (
    _typeahead(
        "keyword_typeahead",
        "users, hashtags, places and keywords for the first letters of a search",
        "/api/v1/fbsearch/keyword_typeahead/",
        other_name="fbsearch_keyword_typeahead",
        users_only=False,
    ),
    _typeahead(
        "typeahead_stream",
        "suggestions while one types, streamed",
        "/api/v1/fbsearch/typeahead_stream/",
        other_name="fbsearch_typeahead_stream",
        users_only=False,
    ),
    _typeahead(
        "typeahead_users",
        "the users among the suggestions while one types, each once",
        "/api/v1/fbsearch/typeahead_stream/",
        other_name="fbsearch_typehead",
        users_only=True,
        timezone=True,
    ),
    Operation(
        name="accounts_serp",
        other_names=("fbsearch_accounts_v2", "search_users", "search_users_v1"),
        about="the accounts tab of a search",
        surface=Surface.REST,
        path="/api/v1/fbsearch/account_serp/",
        arguments={"query": QUERY},
        query={
            "search_surface": "account_serp",
            "timezone_offset": SessionValue("timezone_offset"),
            "query": Arg("query"),
            "page_token": Cursor(),
        },
        reader=_hits(Constant("accounts"), ("users",), _USER),
        paging=OneCursor((), cursor="page_token", named=("next_page_token", "page_token"), more="has_more"),
    ),
    Operation(
        name="reels_serp",
        other_names=("fbsearch_reels_v2",),
        about="the reels tab of a search",
        surface=Surface.REST,
        path="/api/v1/fbsearch/reels_serp/",
        arguments={"query": QUERY, "rank_token": RANK_TOKEN},
        query={
            "search_surface": "clips_search_page",
            "timezone_offset": SessionValue("timezone_offset"),
            "query": Arg("query"),
            "reels_max_id": Cursor("reels_max_id"),
            "rank_token": FirstOf(Cursor("rank_token"), Arg("rank_token")),
        },
        reader=AllOf(_hits(Constant("reels"), _REELS, _MEDIA), _media(_REELS)),
        paging=SeveralCursors((), parts=("reels_max_id", "rank_token")),
    ),
    Operation(
        name="top_serp",
        other_names=("fbsearch_topsearch_v2", "fbsearch_topsearch_flat", "top_search"),
        about="the top tab of a search: accounts and other things, and a grid of media",
        surface=Surface.REST,
        path="/api/v1/fbsearch/top_serp/",
        arguments={"query": QUERY, "rank_token": RANK_TOKEN},
        query={
            "search_surface": "top_serp",
            "timezone_offset": SessionValue("timezone_offset"),
            "query": Arg("query"),
            "rank_token": FirstOf(Cursor("rank_token"), Arg("rank_token"), SessionValue("uuid")),
            "next_max_id": Cursor("next_max_id"),
            "reels_max_id": Cursor("reels_max_id"),
        },
        reader=AnyOf(_things(Constant("top")), _hits(Constant("top"), _GRID, _MEDIA), _media(_GRID)),
        paging=SeveralCursors(
            ("media_grid",),
            (),
            parts=("next_max_id", "reels_max_id", "rank_token"),
            more=("has_more", "has_more_reels"),
        ),
    ),
    Operation(
        name="serp",
        other_names=("fbsearch_item",),
        about="any tab of a search, by the app's own names for it",
        surface=Surface.REST,
        path="/api/v1/fbsearch/{item_id}/",
        arguments={
            "query": QUERY,
            "item_id": Argument("the tab's segment of the path: clips_serp_page, top_serp, …", Slug, "clips_serp_page"),
            "search_surface": Argument(
                "the tab's other name: clips_serp_page, popular_serp, …", Slug, "clips_serp_page"
            ),
            "rank_token": RANK_TOKEN,
        },
        query={
            "search_surface": Arg("search_surface"),
            "query": Arg("query"),
            "count": "30",
            "reels_max_id": Cursor("reels_max_id"),
            "next_max_id": Cursor("next_max_id"),
            "rank_token": FirstOf(Cursor("rank_token"), Arg("rank_token")),
            "page_token": Cursor("page_token"),
            "max_id": Cursor("max_id"),
        },
        reader=AnyOf(
            _things(tab := Translated("search_surface", _TAB_OF_SURFACE)),
            _hits(tab, ("users",), _USER),
            _hits(tab, _REELS, _MEDIA),
            _hits(tab, _GRID, _MEDIA),
            _hits(tab, ("items", EACH, "media"), _MEDIA),
            _media(_REELS),
            _media(_GRID),
            _media(("items", EACH, "media")),
        ),
        paging=SeveralCursors(
            ("media_grid",),
            (),
            parts=("reels_max_id", "next_max_id", "rank_token", "page_token"),
            named={"page_token": ("next_page_token", "page_token")},
            more=("has_more", "has_more_reels"),
            plain="max_id",
        ),
    ),
    Operation(
        name="resolve",
        other_names=("public_head",),
        about="where a link leads: one request without a session, redirects not followed",
        surface=Surface.HEAD,
        arguments={"url": Argument("an http or https URL", Url, "https://www.instagram.com/share/abc")},
        reader=Reader(
            at=(),
            single=True,
            record=Redirect,
            fields={"url": text("url"), "status": number("status"), "location": text("location")},
        ),
    ),
)
