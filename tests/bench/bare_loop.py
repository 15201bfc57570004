"""The least a client can do: a socket, `orjson.loads` of each page, `orjson.dumps` of each record, and no more.

No HTTP but the length of the body, no checks, no resume, no verdict. It asks for what the app asks for:
``bare_loop.py mobile|rest USER_ID OUTPUT``.
"""

from __future__ import annotations

import base64
import os
import socket
import sys
import uuid
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import orjson

_DOC_ID = "284797047911918316998205836755"
#: What the app sends with the query for a page of 50.
MOBILE_FORM = {
    "fb_api_req_friendly_name": "FollowersList",
    "enable_canonical_naming": "true",
    "enable_canonical_naming_ambiguous_type_prefixing": "true",
    "client_doc_id": _DOC_ID,
    "variables": "",
}
#: What it asks for with a page of 200, without its rank token.
REST_QUERY = {"count": "200", "search_surface": "follow_list_page", "query": "", "enable_groups": "true"}
_LENGTH = b"\r\ncontent-length: "


_BUFFER = memoryview(bytearray(1 << 20))


def exchange(connection: socket.socket, request: bytes) -> memoryview:
    """Send a request and return the body of its answer."""
    connection.sendall(request)
    end, got = -1, 0
    while end < 0:
        got += connection.recv_into(_BUFFER[got:])
        end = bytes(_BUFFER[: min(got, 4096)]).find(b"\r\n\r\n")
    head = bytes(_BUFFER[:end]).lower()
    at = head.index(_LENGTH) + len(_LENGTH)
    body = end + 4
    whole = body + int(head[at:].partition(b"\r\n")[0])
    while got < whole:
        got += connection.recv_into(_BUFFER[got:whole])
    return _BUFFER[body:whole]


def main(surface: str, user_id: str, output: str) -> None:
    session = orjson.loads(Path(os.environ["IG_SESSION"]).read_bytes())
    token = base64.b64encode(orjson.dumps(session["authorization_data"])).decode()
    address = urlsplit(os.environ["IG_MOBILE_URL"])
    rank_token, cursor = str(uuid.uuid4()), None
    common = f"Host: {address.netloc}\r\nUser-Agent: {session['user_agent']}\r\nAuthorization: Bearer IGT:2:{token}\r\n"
    common += "X-IG-App-ID: 567067343352427\r\nAccept-Encoding: identity\r\n"
    form = urlencode(MOBILE_FORM)
    post = f"POST /graphql/query HTTP/1.1\r\n{common}X-FB-Friendly-Name: FollowersList\r\n"
    post += "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: "
    get = f"GET /api/v1/friendships/{user_id}/followers/?{urlencode(REST_QUERY | {'rank_token': rank_token})}"
    with (
        socket.create_connection((address.hostname, address.port)) as connection,  # type: ignore[arg-type]
        Path(output).open("wb") as file,
    ):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            if surface == "mobile":
                variables = {"user_id": user_id, "request_data": {"rank_token": rank_token}, "max_id": cursor}
                body = form + quote(orjson.dumps(variables))
                request = f"{post}{len(body)}\r\n\r\n{body}"
            else:
                request = f"{get}{f'&max_id={cursor}' if cursor else ''} HTTP/1.1\r\n{common}\r\n"
            page = orjson.loads(exchange(connection, request.encode()))
            if surface == "mobile":
                (page,) = (value for key, value in page["data"].items() if "friendships__followers" in key)
            for user in page["users"]:
                file.write(orjson.dumps(user, option=orjson.OPT_APPEND_NEWLINE))
            cursor = page.get("next_max_id")
            if not cursor:
                break


if __name__ == "__main__":
    main(*sys.argv[1:])
