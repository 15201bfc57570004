"""Rules: answers by heart for requests that hold certain texts, as people have met them somewhere else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from igcrawl.simulator.answers import HTML, JSON, Answer
from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.validation import check_whole

_APP = ("mobile", "rest")
_KEYS = frozenset({"status", "headers", "body"})


@dataclass(slots=True)
class Rule:
    """Answers for requests that have all texts of `when` in "HOST METHOD PATH?QUERY BODY"; HOST is i or www.

    The answers come one after another, the last one for ever. Each may have status, headers and body.
    """

    when: tuple[str, ...]
    answers: tuple[Mapping[str, object], ...]
    used: int = 0

    def next_answer(self) -> Answer:
        """Return the answer whose turn it is."""
        given = self.answers[min(self.used, len(self.answers) - 1)]
        self.used += 1
        headers = {str(name): str(value) for name, value in _mapping(given.get("headers", {})).items()}
        body = str(given.get("body", "")).encode()
        kind = next((headers.pop(name) for name in list(headers) if name.lower() == "content-type"), None)
        status = given.get("status", 200)
        return Answer(
            body,
            status if isinstance(status, int) else 200,
            kind or (HTML if body.lstrip()[:1] == b"<" else JSON),
            headers,
        )


class Rules:
    """The rules of a simulator, in their order: the first that fits answers, before sessions, limits and faults."""

    def __init__(self, rules: Iterable[Rule | Mapping[str, object]] = ()) -> None:
        self._rules = [rule if isinstance(rule, Rule) else make_rule(**rule) for rule in rules]

    def answer(self, ask: Ask) -> Answer | None:
        """Return a rule's answer, None when none fits."""
        if not self._rules:
            return None
        text = _text_of(ask)
        fitting = next((rule for rule in self._rules if all(word in text for word in rule.when)), None)
        return None if fitting is None else fitting.next_answer()


def make_rule(when: object = (), answers: object = ()) -> Rule:
    """Return a rule.

    Raises SimulatorError for one that is no list of texts and of answers.
    """
    words, given = _list(when, "when"), _list(answers, "answers")
    if not all(isinstance(word, str) for word in words):
        raise SimulatorError("when: expected a list of texts")
    if not given or not all(isinstance(answer, Mapping) and answer.keys() <= _KEYS for answer in given):
        raise SimulatorError(f"answers: expected one or more tables of {', '.join(sorted(_KEYS))}")
    for answer in map(_mapping, given):
        check_whole("status of an answer", answer.get("status", 200), 200, 599)
        headers = answer.get("headers", {})
        if not isinstance(headers, Mapping) or not all(map(_is_header, map(str, headers), map(str, headers.values()))):
            raise SimulatorError("headers of an answer: expected a table of names and texts without line breaks")
        if not isinstance(answer.get("body", ""), str):
            raise SimulatorError("body of an answer: expected a text")
    return Rule(tuple(map(str, words)), tuple(map(_mapping, given)))


def _is_header(name: str, value: str) -> bool:
    return bool(name) and f"{name}{value}".isprintable()


def _list(value: object, name: str) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise SimulatorError(f"{name}: expected a list")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    return {str(key): each for key, each in value.items()} if isinstance(value, Mapping) else {}


def _text_of(ask: Ask) -> str:
    query = f"?{urlencode(ask.query)}" if ask.query else ""
    host = "i" if ask.surface in _APP else "www"
    return f"{host} {ask.method} {ask.path}{query} {urlencode(ask.form)}"
