"""The settings of budgets and waiting: IG_BUDGET…, IG_PACE, IG_WAIT_MAX and IG_COOLDOWN."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import orjson

from igcrawl.budget.limits import Budget, Pace, WindowLimits
from igcrawl.budget.rules import Rules
from igcrawl.config.setting_values import read_count, read_seconds, read_truth
from igcrawl.config.settings_table import BUDGET
from igcrawl.errors import BadInput
from igcrawl.times import DAY, HOUR

#: Any of these, when it was given, makes the budget hold on loopback, too.
_ASKS_FOR_BUDGET: Final = ("IG_BUDGET", "IG_BUDGET_HOUR", "IG_BUDGET_DAY", "IG_BUDGETS", "IG_PACE")
#: Each request of a day is remembered.
_MOST_REQUESTS: Final = 100_000
_LONGEST_WAIT: Final = 366 * int(DAY)


def read_rules(settings: Mapping[str, Any], families: Collection[str], *, local: bool) -> Rules:
    """Check the settings.

    Args:
        settings: Scrapy's.
        families: of operations.
        local: whether all requests go to loopback, where a budget holds only when it was asked for.

    Raises:
        BadInput: a value cannot be used.
    """
    whole = _share((settings.get("IG_BUDGET_HOUR"), settings.get("IG_BUDGET_DAY")), ("IG_BUDGET_HOUR", "IG_BUDGET_DAY"))
    pace = str(settings.get("IG_PACE"))
    if pace not in list(Pace):
        raise BadInput(f"IG_PACE: expected even or burst, got {pace!r}")
    budget = Budget(whole, _families(settings.get("IG_BUDGETS"), families), Pace(pace))
    on = read_truth(settings, "IG_BUDGET") and not read_truth(settings, "IG_SIMULATOR")
    first_cooldown = read_seconds(settings, "IG_COOLDOWN", int(HOUR))
    if first_cooldown <= 0:
        raise BadInput("IG_COOLDOWN: expected seconds, more than 0 and at most 3600")
    waits_all = settings.get("IG_WAIT_MAX") in (None, "")
    counts = not read_truth(settings, "IG_SIMULATOR") and (not local or _was_asked_for(settings))
    return Rules(
        budget=budget if on and counts else None,
        counts=counts,
        wait_max=None if waits_all else read_seconds(settings, "IG_WAIT_MAX", _LONGEST_WAIT),
        first_cooldown=first_cooldown,
    )


def _was_asked_for(settings: Mapping[str, Any]) -> bool:
    # The command line and the environment give text, also where it is the default's; a project's settings give values.
    given = ((settings.get(name), BUDGET[name].default) for name in _ASKS_FOR_BUDGET)
    return any(type(value) is not type(default) or value != default for value, default in given)


def _families(value: Any, families: Collection[str]) -> dict[str, WindowLimits]:
    given = value or {}
    if isinstance(given, str):
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError:
            given = None
    if not isinstance(given, Mapping):
        raise BadInput(f'IG_BUDGETS: expected {{"profiles": [60, 200], …}}, hour and day, got {value!r}')
    shares = {}
    for family, pair in given.items():
        if family not in families:
            raise BadInput(f"IG_BUDGETS: no family {family!r}; there are {', '.join(families)}")
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise BadInput(f"IG_BUDGETS: {family}: expected two numbers, for an hour and for a day, got {pair!r}")
        shares[family] = _share((pair[0], pair[1]), (f"IG_BUDGETS: {family}, hour", f"IG_BUDGETS: {family}, day"))
    return shares


def _share(pair: tuple[Any, Any], names: tuple[str, str]) -> WindowLimits:
    hour, day = (read_count(value, name, _MOST_REQUESTS) for value, name in zip(pair, names, strict=True))
    return WindowLimits(min(hour, day), day)
