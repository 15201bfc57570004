"""Scripts: a TOML file of faults, limits, rotations, and what becomes of the session.

    [[fault]]                      # the third page of every followers walk's requests fails once
    operation = "followers"
    nth = 3
    kind = "status"
    status = 503

    [[fault]]                      # one request in fifty is throttled
    rate = 0.02
    kind = "throttle"
    headers = { Retry-After = "2" }

    [[limit]]                      # 200 requests in any hour
    requests = 200
    seconds = 3600
    answer = "varied"

    [[limit]]                      # among them 60 for profiles
    requests = 60
    seconds = 3600
    family = "profiles"
    retry_after = "exact"

    [escalation]                   # the third throttled request within an hour leads to a challenge
    challenge_after = 3
    violation_window = 3600

    [session]                      # login_required after a day, or after 1,000 requests
    expires_after_requests = 1000
    expires_after_seconds = 86400

The keys of a fault are those of `Faults.add`: kind, operation, target, nth, every, rate, times, status, body, headers,
delay, after_cursor, revoke. The keys of a limit are those of `limits.Limit`: requests, seconds, family, answer,
retry_after, counts_throttled. Those of a [[rotation]] are in `rotation`. A [[rule]] has `when`, a list of texts, and
`answers`, a list of tables of status, headers and body: see `rules`. Every table may be left out, and every key but
a limit's requests and seconds and a rotation's operation.
"""

import inspect
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.faults import Faults
from igcrawl.simulator.limits import Limits
from igcrawl.simulator.rotation import make_rotation
from igcrawl.simulator.rules import make_rule
from igcrawl.simulator.sessions import Sessions
from igcrawl.simulator.validation import check_word

_MAKERS: tuple[tuple[str, Callable[..., object]], ...] = (
    ("fault", Faults(0).add),
    ("limit", Limits(0).add),
    ("rotation", make_rotation),
    ("rule", make_rule),
)
_MANY = tuple(name for name, _ in _MAKERS)
_ONE: dict[str, tuple[str, ...]] = {
    "escalation": ("challenge_after", "violation_window"),
    "session": ("expires_after_requests", "expires_after_seconds"),
}


def read_script(path: Path) -> dict[str, Any]:
    """Return a script as the keyword arguments of `Simulator` that it stands for.

    Raises SimulatorError naming the file for one that cannot be read, is no TOML, or holds something unknown.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulatorError(f"script {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise SimulatorError(f"script {path} is not TOML: {error}") from error
    _check_tables(path, document)
    arguments: dict[str, Any] = {}
    for name, add in _MAKERS:
        tables = enumerate(document.get(name, []), 1)
        arguments[f"{name}s"] = [_made(f"script {path}, {name} {number}", add, table) for number, table in tables]
    for name, make in (("escalation", Limits), ("session", Sessions)):
        table = document.get(name, {})
        _made(f"script {path}, [{name}]", partial(make, 0), table)
        arguments |= table
    return arguments


def _check_tables(path: Path, document: dict[str, Any]) -> None:
    for name, value in document.items():
        many = isinstance(value, list) and all(isinstance(table, dict) for table in value)
        if not (many if name in _MANY else name in _ONE and isinstance(value, dict)):
            allowed = ", ".join([f"[[{each}]]" for each in _MANY] + [f"[{each}]" for each in _ONE])
            raise SimulatorError(f"script {path}: only the tables {allowed} are allowed, found {name!r}")
    for name, keys in _ONE.items():
        for key in document.get(name, {}):
            _made(f"script {path}, [{name}]", partial(check_word, "key", key, keys), {})


def _made(where: str, make: Callable[..., object], table: dict[str, Any]) -> object:
    try:
        # A maker that takes its keys one by one says itself neither which it lacks nor which it does not know.
        inspect.signature(make).bind(**table)
        return make(**table)
    except (SimulatorError, TypeError, ValueError) as error:
        raise SimulatorError(f"{where}: {error}") from error
