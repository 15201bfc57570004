"""The least a client can do: ask, parse, write a line a follower. No checks, no resume, no verdict."""

from __future__ import annotations

import base64
import http.client
import os
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import orjson

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.bench.meter import write_figures


def main(user_id: str, output: str) -> None:
    session = orjson.loads(Path(os.environ["IG_SESSION"]).read_bytes())
    token = base64.b64encode(orjson.dumps(session["authorization_data"])).decode()
    doc_id = "284797047911918316998205836755"
    headers = {
        "Authorization": f"Bearer IGT:2:{token}",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-FB-Friendly-Name": "FollowersList",
        "X-Root-Field-Name": "xdt_api__v1__friendships__followers",
        "X-Client-Doc-Id": doc_id,
        "X-IG-App-ID": "567067343352427",
        "User-Agent": session["user_agent"],
        "Accept-Encoding": "identity",
    }
    connection = http.client.HTTPConnection(urlsplit(os.environ["IG_MOBILE_URL"]).netloc)
    variables = {"user_id": user_id, "request_data": {"rank_token": str(uuid.uuid4()), "enableGroups": True}}
    started = time.process_time()
    with Path(output).open("wb") as file:
        while True:
            form = {
                "fb_api_req_friendly_name": "FollowersList",
                "enable_canonical_naming": "true",
                "variables": orjson.dumps(variables).decode(),
                "client_doc_id": doc_id,
            }
            connection.request("POST", "/graphql/query", urlencode(form), headers)
            answer = orjson.loads(connection.getresponse().read())
            (page,) = (value for key, value in answer["data"].items() if "friendships__followers" in key)
            for user in page["users"]:
                file.write(orjson.dumps(user, option=orjson.OPT_APPEND_NEWLINE))
            if not page["next_max_id"]:
                break
            variables["max_id"] = page["next_max_id"]
    write_figures(started)


if __name__ == "__main__":
    main(*sys.argv[1:])
