"""Media: a user's reels and feed, the page of a sound, one post, comments."""

from collections.abc import Iterable
from typing import Any

from igcrawl.simulator.answers import HTML, JSON, SCRIPT, Answer, bad_cursor, bad_request, compact, failure, json_answer
from igcrawl.simulator.cursors import BadCursorError
from igcrawl.simulator.fill_records import plain_names, put, put_post, put_user
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.payloads import payload
from igcrawl.simulator.people import NEWEST_STORY
from igcrawl.simulator.posts import Post
from igcrawl.simulator.world import World

_ROOT = "xdt_user_clips_graphql"
_MOST_COMMENTS = 50
_SOUND_LENGTH = 60


def streamed(documents: Iterable[dict[str, Any]], content_type: str = HTML) -> Answer:
    """Return documents one a line; the mobile API calls such a stream text/html."""
    return Answer(b"".join(compact(each) + b"\n" for each in documents), content_type=content_type)


def _slice(world: World, ask: Ask, scope: str, total: int, size: int) -> tuple[range, str | None]:
    position = world.cursors.read(scope, ask.cursor)[0] if ask.cursor else 0
    end = min(position + size, total)
    return range(position, end), world.cursors.write(scope, end) if end < total else None


def _media(world: World, template: str, part: str | None, post: Post) -> dict[str, Any]:
    record = payload(template)
    return put_post(record[part] if part else record, post, world.people.person(post.owner_id))


def user_clips(world: World, ask: Ask) -> Answer:
    """Answer ClipsProfileQuery: one document, or a stream of them when the variables ask for it."""
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return user_id
    size = ask.argument("data", "page_size")
    numbers = [] if world.graph.is_private(user_id) else world.posts.numbers(user_id, clips_only=True)
    try:
        positions, cursor = _slice(world, ask, f"clips/{user_id}", len(numbers), size if isinstance(size, int) else 12)
    except BadCursorError:
        return bad_cursor()
    posts = [world.posts.post(user_id, numbers[position]) for position in positions]
    canonical = ask.form.get("enable_canonical_naming") == "true"
    wanted = (ask.argument("use_stream"), ask.argument("use_defer"), ask.argument("data", "should_stream_response"))
    documents = _clips(world, posts, cursor, key=f"1${_ROOT}(data:$data)" if canonical else _ROOT, stream=all(wanted))
    if not canonical:
        documents = plain_names(documents)
    return streamed(documents, SCRIPT) if len(documents) > 1 else json_answer(documents[0], content_type=SCRIPT)


def _clips(world: World, posts: list[Post], cursor: str | None, *, key: str, stream: bool) -> list[dict[str, Any]]:
    template = "clips_profile.mobile"
    root = payload(template)["root"]
    paging = {"max_id": cursor, "more_available": cursor is not None}
    light = [_media(world, template, "light", post) for post in posts]
    full = [_media(world, template, "full", post) for post in posts]
    times = {"request_start_time_ms": NEWEST_STORY * 1000 + 5, "time_at_flush_ms": NEWEST_STORY * 1000 + 391}
    base = {
        "data": {"__typename": "Query", "strong_id__": None, key: root},
        "extensions": {"is_final": not stream, "server_metadata": times},
        "status": "ok",
    }
    if not stream:
        root["items"] = [{"media": some | more} for some, more in zip(light, full, strict=True)]
        root["paging_info"] = paging
        return [base]
    root["items"] = [{"media": some} for some in light]
    mark = {'is_fulfilled__(name:"XDTGraphqlUserClipsResponse")': True}
    rows: list[dict[str, Any]] = [
        {"path": [key], "label": "ClipsProfilePagingInfo__force_flush", "data": mark | {"paging_info": paging}}
    ]
    rows += [
        {"path": [key, "items", number], "label": "ClipsViewerGraphQLFragment", "data": more}
        for number, more in enumerate(full)
    ]
    last = len(rows) - 1
    return [base, *(row | {"extensions": {"is_final": number == last}} for number, row in enumerate(rows))]


def user_feed(world: World, ask: Ask) -> Answer:
    """Answer POST feed/user_stream/{id}/: a preview of the items, then the items."""
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return user_id
    numbers = [] if world.graph.is_private(user_id) else world.posts.numbers(user_id, clips_only=False)
    try:
        positions, cursor = _slice(world, ask, f"feed/{user_id}", len(numbers), 12)
    except BadCursorError:
        return bad_cursor()
    posts = [world.posts.post(user_id, numbers[position]) for position in positions]
    preview = {"items": [_media(world, "audio_page.rest", "preview", post) for post in posts[:6]], "status": "ok"}
    items = [_media(world, "media_info.rest", None, post) for post in posts]
    more = {"next_max_id": cursor} if cursor else {}
    whole = {"items": items, "num_results": len(items), "more_available": cursor is not None, **more, "status": "ok"}
    return streamed([preview, whole])


def audio_clips(world: World, ask: Ask) -> Answer:
    """Answer clips/stream_clips_pivot_page/: sixty reels that use a sound, in a preview and in full."""
    track = ask.target or ""
    if not (track.isascii() and track.isdigit()):
        return bad_request("Invalid audio_asset_id")
    try:
        positions, cursor = _slice(world, ask, f"audio/{track}", _SOUND_LENGTH, 12)
    except BadCursorError:
        return bad_cursor()
    posts = [_sound_post(world, int(track), position) for position in positions]
    page = payload("audio_page.rest")
    paging = {"max_id": cursor, "more_available": True} if cursor else {"more_available": False}
    first, second = page["first"], page["second"]
    first["items"] = [{"media": _media(world, "audio_page.rest", "preview", post)} for post in posts]
    second["items"] = [{"media": _media(world, "audio_page.rest", "full", post)} for post in posts]
    second["paging_info"] = second["music_page_response"]["paging_info"] = paging
    asset = second["music_page_response"]["metadata"]["music_info"]["music_asset_info"]
    put(asset, id=track, audio_asset_id=track, audio_cluster_id=track)
    return streamed([first, second])


def _sound_post(world: World, track: int, position: int) -> Post:
    """Return a reel that uses a sound: each of another account."""
    index = track % 1_000_000 + position
    while world.posts.count(world.graph.id_at(index)) == 0:
        index += 1_000_000
    return world.posts.post(world.graph.id_at(index), 0)


def media_info(world: World, ask: Ask) -> Answer:
    """Answer discover/media_metadata/."""
    post = _found(world, ask.target or "")
    if post is None:
        return failure(400, "Media not found or unavailable")
    return json_answer({"media_or_ad": _media(world, "media_info.rest", None, post), "status": "ok"})


def _found(world: World, media_id: str) -> Post | None:
    pk = media_id.partition("_")[0]
    return world.posts.find(int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 20 else None


def offensive_comment(world: World, ask: Ask) -> Answer:
    """Answer check_offensive_comment: a text with "idiot" in it is offensive."""
    text = ask.argument("comment_text")
    if not isinstance(text, str) or not text:
        return bad_request("Missing comment_text")
    return json_answer({"is_offensive": "idiot" in text.lower(), "text_language": "unknown", "status": "ok"})


def comment_infos(world: World, ask: Ask) -> Answer:
    """Answer media/comment_infos/: two comments for each of up to 50 ids; more ids get 400."""
    media_ids = [each for each in ask.query.get("media_ids", "").split(",") if each]
    if not 1 <= len(media_ids) <= _MOST_COMMENTS:
        return bad_request(f"media_ids takes 1 to {_MOST_COMMENTS} ids")
    found = {}
    for media_id in media_ids:
        comments = _comments(world, media_id)
        found[media_id] = {"comments": comments, "preview_comments": [], "comment_count": len(comments)}
    return json_answer({"comment_infos": found, "status": "ok"}, content_type=JSON)


def _comments(world: World, media_id: str) -> list[dict[str, Any]]:
    pk = media_id.partition("_")[0]
    if not (pk.isascii() and pk.isdigit()):
        return []
    comments = []
    for number in range(2):
        comment = payload("comment.rest")
        author = world.people.person(world.graph.id_at((int(pk) // 7919 + number) % 1_000_000))
        written = NEWEST_STORY - int(author.digest[:5], 16)
        comment_pk = 18_000_000_000_000_000 + (int(pk) + number) % 400_000_000_000_000
        put(
            comment,
            pk=comment_pk,
            strong_id__=comment_pk,
            media_id=pk,
            user_id=author.id,
            text=f"🙌 {author.digest[:6]}",
        )
        put(comment, created_at=written, created_at_utc=written, created_at_for_fb_app=written)
        put_user(comment["user"], author)
        comments.append(comment)
    return comments
