"""From one request to one answer, without a network: session, limits, faults, operation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from igcrawl.simulator import answers
from igcrawl.simulator.answers import Answer
from igcrawl.simulator.bundles import FOLDER
from igcrawl.simulator.families import family_of
from igcrawl.simulator.fault_kinds import PAGE_KINDS, changed_body, fault_answer
from igcrawl.simulator.faults import Fault, Faults
from igcrawl.simulator.limits import Limits
from igcrawl.simulator.operations import DocIds, Operation, recognise
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.requests_log import LoggedRequest
from igcrawl.simulator.rotation import Rotation, Rotations
from igcrawl.simulator.rules import Rule, Rules
from igcrawl.simulator.sessions import Sessions
from igcrawl.simulator.website import Website
from igcrawl.simulator.world import World

_GRAPHQL = ("mobile", "web")


@dataclass(slots=True)
class Exchange:
    """A request's log entry, the fault that strikes it, and what is needed to answer.

    `refusal` is what its session or a limit gets in place of the operation's answer.
    """

    ask: Ask
    operation: Operation | None
    logged: LoggedRequest
    fault: Fault | None
    refusal: Answer | None


class Desk:
    """Takes requests in and gives answers out."""

    def __init__(
        self,
        world: World,
        sessions: Sessions,
        faults: Faults,
        limits: Limits,
        clock: Callable[[], float],
        seed: int = 0,
        rotations: Iterable[Rotation | Mapping[str, object]] = (),
        rules: Iterable[Rule | Mapping[str, object]] = (),
    ) -> None:
        self.world = world
        self.sessions = sessions
        self.faults = faults
        self.limits = limits
        self._clock = clock
        self._rules = Rules(rules)
        self.doc_ids = DocIds()
        self.requests: list[LoggedRequest] = []
        self.rotations = Rotations(self.doc_ids, seed, rotations, clock)
        self.website = Website(world.graph, sessions, self.doc_ids, seed)

    def open(self, ask: Ask) -> Exchange:
        """Recognise and log a request, and see whether its session or a limit refuses it, or a fault strikes it."""
        self.rotations.count_request()
        operation = recognise(ask, self.doc_ids)
        # Scripts come from other machines, which know nothing of sessions.
        is_script = ask.path.startswith(FOLDER)
        if not is_script:
            self.sessions.count(ask)
        ask.session = self.sessions.identify(ask)
        refusal = self.sessions.refusal(ask)
        now, family = self._clock(), family_of(ask.operation)
        logged = LoggedRequest(
            ask.method, ask.path, ask.operation, ask.target, ask.cursor, None, ask.session, now,
            _doc_id(ask), ask.missing_headers, family,
        )  # fmt: skip
        self.requests.append(logged)
        if refusal is None and ask.session is not None and not is_script:
            ruling = self.limits.judge(ask.surface, family, now)
            if ruling is not None:
                logged.challenged, logged.throttled = ruling.challenged, not ruling.challenged
                return Exchange(ask, operation, logged, None, ruling.answer)
        return Exchange(ask, operation, logged, self.faults.strike(ask), refusal)

    def refuse(self, method: str, path: str, why: str) -> Answer:
        """Log a request that cannot be read, and return the answer to it."""
        self.requests.append(LoggedRequest(method, path, "unknown", None, None, 400, None, self._clock()))
        return answers.bad_request(why)

    def answer(self, exchange: Exchange) -> Answer:
        """Return the answer, as the fault leaves it."""
        ruled = self._rules.answer(exchange.ask)
        if ruled is not None:
            return ruled
        fault = exchange.fault
        if fault is None:
            return self._usual(exchange)
        if fault.kind in PAGE_KINDS:
            exchange.ask.twist = fault.kind
        answer = fault_answer(fault.kind, fault.status)
        if answer is None:
            answer = Answer(b"") if fault.kind == "raw" else changed_body(fault.kind, self._usual(exchange))
        if fault.kind == "refresh" and answer.status == 200:
            answer.headers |= self.sessions.refresh(exchange.ask.surface, revoke=fault.revoke)
        return _overridden(answer, fault)

    def _usual(self, exchange: Exchange) -> Answer:
        ask, operation = exchange.ask, exchange.operation
        if exchange.refusal is not None:
            return exchange.refusal
        if operation is None:
            return self._unknown(ask)
        if operation.name == "home":
            return self.website.home(ask)
        answer = operation.answer(self.world, ask)
        if ask.session is not None:
            answer.headers |= self.sessions.greeting()
        return answer

    def _unknown(self, ask: Ask) -> Answer:
        if ask.surface in _GRAPHQL:
            return answers.stale_doc_id(self.doc_ids.stale_status(_doc_id(ask)))
        return answers.failure(404, "Endpoint not found") if ask.surface == "rest" else self.website.answer(ask)


def _doc_id(ask: Ask) -> str | None:
    return ask.form.get("client_doc_id") or ask.form.get("doc_id") or ask.query.get("query_hash")


def _overridden(answer: Answer, fault: Fault) -> Answer:
    body = fault.body
    if body is not None:
        if isinstance(body, bytes):
            answer.body = body
        else:
            answer.body = body.encode() if isinstance(body, str) else answers.compact(body)
        lowered = answer.body.lstrip()[:1]
        if answer.content_type != answers.TEXT:
            answer.content_type = answers.HTML if lowered == b"<" else answers.JSON
    if fault.status is not None:
        answer.status = fault.status
    named = {name.lower(): value for name, value in fault.headers.items()}
    answer.content_type = named.pop("content-type", answer.content_type)
    answer.headers |= {name: value for name, value in fault.headers.items() if name.lower() in named}
    return answer
