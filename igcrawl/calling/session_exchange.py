"""Exchange between requests and the session: signs requests just before sending and clears answers of the session.

No queue, slot, retry or log ever holds a credential: what they see is the call.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any, Final

from scrapy import Request
from scrapy.http import Response

from igcrawl.calling.answer_limits import check_headers
from igcrawl.calling.compression import plain_body
from igcrawl.calling.responses import is_page
from igcrawl.calling.run_context import RunContext
from igcrawl.calling.scrapy_request import ANSWERED_AT, ASIDE, RUN, WALK, CallRequest
from igcrawl.calling.session_keeping import LOCAL_PAUSES, PAUSES, SessionKeeping
from igcrawl.calling.signing import Signer
from igcrawl.calling.wire import to_wire
from igcrawl.config.config import Config
from igcrawl.doc_ids import DocId, DocIds
from igcrawl.errors import BadInput
from igcrawl.items.field_choice import FieldSet
from igcrawl.operations.call import AnswerKind, Call, HeaderProfile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Surface
from igcrawl.output.raw_archive import RawAnswer, RawArchive
from igcrawl.sessions.log_guard import GUARD
from igcrawl.sessions.refreshes import SECRET_HEADERS
from igcrawl.sessions.shared_file import SharedFile
from igcrawl.sessions.trusted_hosts import is_trusted
from igcrawl.times import timestamp

logger = logging.getLogger(__name__)

#: As Scrapy writes the names of headers.
_SECRET: Final = frozenset(map(bytes.title, SECRET_HEADERS))
#: Errors are short; what is longer is data, of which only known fields are taken.
_LONGEST_ERROR: Final = 1 << 14
_SIGNS_OF_ERROR: Final = (b'"fail"', b'"errors"', b'"error"')

_ARCHIVE_GONE = "the raw archive was moved or removed while it was written; only the moved file has what it held"


class SessionExchange:
    """Adds the session to the requests of a run, and updates it from their answers.

    Args:
        config: of the run.
        context: of the run; its gate, when it has one, holds the session.
        maxsize: the most bytes that an answer may have when it is decompressed.

    Raises:
        BadInput: the session cannot be used.
    """

    def __init__(self, config: Config, context: RunContext, maxsize: int) -> None:
        self._context = context
        self._session = context.gate.session if context.gate is not None else config.check_session()
        file = SharedFile(self._session, config.session_file)
        pauses = PAUSES if config.paced else LOCAL_PAUSES
        self._keeping = SessionKeeping(file, context.redaction, context.stopping, pauses)
        context.keeping = self._keeping
        self._signer = Signer(self._session)
        self._doc_ids = DocIds(config.doc_ids, config.own_queries)
        self._base_urls = config.base_urls
        self._archive = RawArchive(config.raw) if config.raw is not None else None
        if config.raw is not None and config.fields.fields is FieldSet.STANDARD:
            logger.info("IG_RAW=%s holds whole answers: more than the records keep by IG_FIELDS=standard", config.raw)
        self._learned = self._signer.version
        context.redaction.learn(self._signer.secrets())
        GUARD.begin(context.redaction)
        self._maxsize = maxsize

    def sign(self, request: CallRequest, call: Call) -> None:
        """Make a request what is sent, until `CallRequest.unsign`.

        Raises:
            BadInput: the session would go to a host that it does not belong to.
        """
        operation = OPERATIONS[call.operation]
        current, root_field = DocId(""), ""
        if operation.query_name is not None:
            current = self._doc_id(operation.name, operation.query_name)
            root_field = self._doc_ids.root_field(operation.query_name)
        wire = to_wire(operation, call, current.id, root_field, current.variables)
        signed = self._signer.sign(wire, time.time())
        url = signed.path if wire.host is None else self._base_urls[wire.host] + signed.path
        if wire.header_profile is not HeaderProfile.NOBODY and not is_trusted(url):
            raise BadInput("a session is sent only to https://*.instagram.com or to loopback")
        request.sign(url, {**signed.headers, "Accept-Encoding": "gzip, deflate"}, signed.body)

    def take(self, request: Request, call: Call, response: Response) -> Response:
        """Take over what an answer refreshes, and return it decompressed, without the parts that are the session's.

        Raises:
            Transient: its body is broken, cut or too large, or its headers are.
        """
        request.meta[ANSWERED_AT] = timestamp(time.time())
        operation = OPERATIONS[call.operation]
        check_headers(response.headers)
        if operation.surface is Surface.HEAD:
            self._keep_raw(request, call, response, b"")
            return response.replace(url=request.url, body=b"", headers=_without_secrets(response))
        self._keeping.take((name, value) for name in _secret(response) for value in response.headers.getlist(name))
        body = plain_body(response.body, response.headers.pop("Content-Encoding", []), self._maxsize)
        if operation.surface.answer_kind is AnswerKind.PAGE:
            self._signer.take_page(body)
            # A good page is of no further use; what another one says may be about the session.
            body = b"" if response.status == 200 else body
        if self._learned != self._signer.version:
            self._learned = self._signer.version
            self._context.redaction.learn(self._signer.secrets())
        body = self._without_rank_token(body)
        self._keep_raw(request, call, response, body)
        body = self._without_session(call, response, body)
        headers = _without_secrets(response)
        if body is response.body and request.url == response.url:
            return response
        return response.replace(url=request.url, body=body, headers=headers)

    def close(self) -> None:
        """Close the archive."""
        if self._archive is not None:
            if not self._archive.is_there():
                self._context.stopping.begin(_ARCHIVE_GONE)
            self._archive.close()

    def _doc_id(self, operation: str, query_name: str) -> DocId:
        rotation = self._context.rotation
        current = rotation.current(operation) if rotation is not None else None
        return current or self._doc_ids.candidates(operation, query_name)[0]

    def _keep_raw(self, request: Request, call: Call, response: Response, body: bytes) -> None:
        if self._archive is None or request.meta.get(ASIDE):
            return
        answer = RawAnswer(
            operation=call.operation,
            args=dict(call.args),
            cursor=call.cursor,
            walk=request.meta.get(WALK, ""),
            run=request.meta.get(RUN, ""),
            at=request.meta[ANSWERED_AT],
            status=response.status,
            body=body,
            location=(response.headers.get("Location") or b"").decode("latin-1"),
        )
        try:
            self._archive.add(answer, self._context.redaction)
        except OSError as error:
            self._context.stopping.begin(f"the raw archive cannot be written: {error.strerror or error}")

    def _without_rank_token(self, body: bytes) -> bytes:
        """Take out a list's rank token, which is the device's id: handed back, it is no cursor."""
        uuid = self._session.uuid.encode()
        if uuid not in body:
            return body
        return re.sub(rb'("rank_token"\s*:\s*)"%s"' % re.escape(uuid), rb"\1null", body)

    def _without_session(self, call: Call, response: Response, body: bytes) -> bytes:
        """Return the body without a part of the session, which an error message may repeat.

        A good page stays as it came: its cursor is sent again, and its records are cleared before anything is
        written (`igcrawl.sessions.record_redaction`).
        """
        if response.status == 200 and len(body) > _LONGEST_ERROR:
            return body
        if response.status == 200 and not any(sign in body for sign in _SIGNS_OF_ERROR):
            return body
        cleared = self._context.redaction.data(body)
        if cleared == body or (response.status == 200 and is_page(call, response.replace(body=body))):
            return body
        return cleared


def _without_secrets(response: Response) -> Any:
    """Return the answer's headers without the parts of a session, anybody's."""
    for name in _secret(response):
        del response.headers[name]
    return response.headers


def _secret(response: Response) -> list[bytes]:
    return [name for name in response.headers if name in _SECRET]
