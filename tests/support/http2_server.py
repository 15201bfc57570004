"""A server that speaks HTTP/2 over TLS: ``python -m tests.support.http2_server KEY CERTIFICATE LOG`` prints its port.

It answers a list of two pages, and appends what it was asked to the log, a JSON line each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from OpenSSL import SSL
from twisted.internet import reactor, ssl
from twisted.web.resource import Resource
from twisted.web.server import Request, Site


class Pages(Resource):
    isLeaf = True  # noqa: N815 - Twisted's name

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def render(self, request: Request) -> bytes:
        headers = {
            name.decode().lower(): value[0].decode() for name, value in request.requestHeaders.getAllRawHeaders()
        }
        asked = {"protocol": request.clientproto.decode(), "path": request.uri.decode(), "headers": headers}
        with self._log.open("a") as file:
            print(json.dumps(asked), file=file)
        number = 2 if b"max_id=next" in request.uri else 1
        user = {"pk": str(number), "pk_id": str(number), "username": f"user{number}", "is_private": False}
        page = {"users": [user], "next_max_id": "next" if number == 1 else None, "status": "ok"}
        return json.dumps(page).encode()


def serve(key: str, certificate: str, log: Path) -> None:
    context = ssl.DefaultOpenSSLContextFactory(key, certificate, sslmethod=SSL.TLS_SERVER_METHOD)
    context.getContext().set_alpn_select_callback(lambda connection, offered: b"h2")
    port = reactor.listenSSL(0, Site(Pages(log)), context, interface="127.0.0.1")
    print(port.getHost().port, flush=True)
    reactor.run()


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
