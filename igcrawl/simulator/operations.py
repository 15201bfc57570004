"""The operations the simulator knows: how each is recognised in a request, and who answers it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from igcrawl.simulator import profiles, relations
from igcrawl.simulator.answers import Answer
from igcrawl.simulator.asks import Ask
from igcrawl.simulator.world import World

Handler = Callable[[World, Ask], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the server.

    GraphQL operations are recognised by `doc_id` (mobile ones also have to carry their `friendly_name`), REST ones by
    method and `path`, a regular expression whose group `target` is who or what is asked about. `target` and `cursor`
    are paths into variables, signed body or query.
    """

    name: str
    surface: str
    answer: Handler
    doc_id: str = ""
    friendly_name: str = ""
    method: str = "POST"
    path: str = ""
    target: tuple[str, ...] = ()
    cursor: tuple[str, ...] = ()


_TABLE = (
    Operation("followers", "mobile", relations.followers, "284797047911918316998205836755", "FollowersList",
              target=("user_id",), cursor=("max_id",)),
    Operation("following", "mobile", relations.following, "16104639286363954576550227636", "FollowingList",
              target=("user_id",), cursor=("max_id",)),
    Operation("followers_rest", "rest", relations.followers_rest, method="GET",
              path=r"/api/v1/friendships/(?P<target>[^/]+)/followers/", cursor=("max_id",)),
    Operation("following_rest", "rest", relations.following_rest, method="GET",
              path=r"/api/v1/friendships/(?P<target>[^/]+)/following/", cursor=("max_id",)),
    Operation("user_profile", "web", profiles.user_profile, "28036671149327607", target=("id",)),
    Operation("user_lookup", "web", profiles.user_lookup, "26347858941511777", target=("query",)),
    Operation("user_info", "rest", profiles.user_info, method="GET", path=r"/api/v1/users/(?P<target>\d+)/info/"),
)  # fmt: skip

OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _TABLE}
"""Every operation by its name."""

_REST = [(re.compile(operation.path), operation) for operation in _TABLE if operation.path]


class DocIds:
    """Which doc_id is registered for which operation right now; rotation changes it while the server runs."""

    def __init__(self) -> None:
        self._operations = {operation.doc_id: operation for operation in _TABLE if operation.doc_id}

    def rotate(self, operation: str, doc_id: str, *, keep_old: bool = False) -> None:
        """Register a new doc_id for an operation; the ones before it are gone unless `keep_old`.

        Raises KeyError for an operation without a doc_id.
        """
        known = OPERATIONS[operation]
        if not known.doc_id:
            raise KeyError(operation)
        if not keep_old:
            self._operations = {key: value for key, value in self._operations.items() if value.name != operation}
        self._operations[doc_id] = known

    def current(self, operation: str) -> str:
        """Return the doc_id registered last for an operation."""
        return [doc_id for doc_id, known in self._operations.items() if known.name == operation][-1]

    def find(self, doc_id: str, surface: str) -> Operation | None:
        """Return the operation a doc_id is registered for on a surface, or None."""
        operation = self._operations.get(doc_id)
        return operation if operation is not None and operation.surface == surface else None


def recognise(ask: Ask, doc_ids: DocIds) -> Operation | None:
    """Find a request's operation and note surface, operation, target and cursor in the ask; None when unknown."""
    operation: Operation | None = None
    found = ""
    if ask.path in ("/graphql/query", "/graphql/query/") and ask.method == "POST":
        names_app_query = "client_doc_id" in ask.form or (ask.path == "/graphql/query" and "doc_id" not in ask.form)
        ask.surface = "mobile" if names_app_query else "web"
        key = "client_doc_id" if ask.surface == "mobile" else "doc_id"
        operation = doc_ids.find(ask.form.get(key, ""), ask.surface)
        if operation and operation.friendly_name != ask.form.get("fb_api_req_friendly_name", operation.friendly_name):
            operation = None
    elif ask.path.startswith("/api/v1/"):
        ask.surface = "rest"
        for pattern, candidate in _REST:
            match = pattern.fullmatch(ask.path)
            if match and ask.method == candidate.method:
                operation, found = candidate, match.groupdict().get("target") or ""
                break
    if operation is not None:
        ask.surface, ask.operation = operation.surface, operation.name
        ask.target = found or _value(ask, operation.target)
        ask.cursor = _value(ask, operation.cursor)
    return operation


def _value(ask: Ask, path: tuple[str, ...]) -> str | None:
    if not path:
        return None
    value = ask.argument(*path)
    if value is None and len(path) == 1:
        value = ask.query.get(path[0])
    return str(value) if value not in (None, "") else None
