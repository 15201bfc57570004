"""A bare client on http.client, so that nothing of igcrawl's own is between test and simulator."""

from __future__ import annotations

import gzip
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import zstandard

from igcrawl.simulator import Simulator
from igcrawl.simulator.operations import OPERATIONS
from igcrawl.simulator.sessions import bearer

FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass
class Got:
    """An answer: status, headers (lower case) and the decoded body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def documents(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def root(self) -> Any:
        """The value of the root field of a GraphQL answer, whatever its key."""
        data = self.json["data"]
        return next(value for key, value in data.items() if key not in ("__typename", "strong_id__"))


class Client:
    """Asks one simulator with its session, or with another one."""

    def __init__(self, simulator: Simulator, **session: Any) -> None:
        self.simulator = simulator
        self.session = session or simulator.session
        self.authorization: str | None = bearer(dict(self.session["authorization_data"]))
        self.cookie: str | None = f"sessionid={self.session['authorization_data']['sessionid']}; mid=x"

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Got:
        address = urlsplit(self.simulator.mobile_url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        got = {name.lower(): value for name, value in answer.getheaders()}
        if got.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        elif got.get("content-encoding") == "zstd":
            raw = zstandard.ZstdDecompressor().decompress(raw)
        return Got(answer.status, got, raw)

    def _app(self) -> dict[str, str]:
        return {"Authorization": self.authorization} if self.authorization else {}

    def mobile(self, operation: str, variables: dict[str, Any], *, canonical: bool = True, **form: str) -> Got:
        known = OPERATIONS[operation]
        fields = {
            "fb_api_req_friendly_name": known.friendly_name,
            "enable_canonical_naming": "true" if canonical else "false",
            "enable_canonical_naming_ambiguous_type_prefixing": "true",
            "variables": json.dumps(variables),
            "client_doc_id": self.simulator.doc_ids.current(operation),
        } | form
        return self.send("POST", "/graphql/query", urlencode(fields).encode(), **{"Content-Type": FORM}, **self._app())

    def web(self, doc_id: str, variables: dict[str, Any]) -> Got:
        fields = {"variables": json.dumps(variables), "doc_id": doc_id, "server_timestamps": "true"}
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        return self.send("POST", "/graphql/query/", urlencode(fields).encode(), **{"Content-Type": FORM}, **cookie)

    def rest(self, path: str, **query: str) -> Got:
        return self.send("GET", f"/api/v1/{path}?{urlencode(query)}", **self._app())

    def signed(self, path: str, body: dict[str, Any]) -> Got:
        form = urlencode({"signed_body": "SIGNATURE." + json.dumps(body, separators=(",", ":"))}).encode()
        return self.send("POST", f"/api/v1/{path}", form, **{"Content-Type": FORM}, **self._app())

    def page(
        self, operation: str, user_id: str, cursor: str | None = None, **more: Any
    ) -> tuple[list[str], str | None]:
        """One page of a mobile list: ids and next cursor."""
        variables = {"user_id": user_id, "request_data": {"rank_token": "r"}, **more}
        if cursor is not None:
            variables["max_id"] = cursor
        root = self.mobile(operation, variables).root
        return [user["pk"] for user in root["users"]], root["next_max_id"]

    def walk(self, operation: str, user_id: str, *, at_most: int = 500, **more: Any) -> list[str]:
        """Every id of a mobile list."""
        found, cursor = self.page(operation, user_id, **more)
        for _ in range(at_most):
            if cursor is None:
                break
            ids, cursor = self.page(operation, user_id, cursor, **more)
            found += ids
        return found

    def walk_rest(self, direction: str, user_id: str, count: int = 200) -> list[str]:
        """Every id of a REST list."""
        found: list[str] = []
        query = {"count": str(count)}
        while True:
            page = self.rest(f"friendships/{user_id}/{direction}/", **query).json
            found += [user["pk_id"] for user in page["users"]]
            if not page.get("next_max_id"):
                return found
            query["max_id"] = page["next_max_id"]
