"""Fault scripts: a TOML file of `[[fault]]` tables.

    [[fault]]                      # the third page of every followers walk's requests fails once
    operation = "followers"
    nth = 3
    kind = "status"
    status = 503

    [[fault]]                      # one request in fifty is throttled
    rate = 0.02
    kind = "throttle"
    headers = { Retry-After = "2" }

The keys are those of `Faults.add`: kind, operation, target, nth, every, rate, times, status, body, headers, delay,
after_cursor, revoke.
"""

import tomllib
from pathlib import Path

from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.faults import Fault, Faults


def read_script(path: Path) -> list[Fault]:
    """Return the faults of a script.

    Raises SimulatorError naming the file for one that cannot be read, is no TOML, or holds something unknown.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulatorError(f"fault script {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise SimulatorError(f"fault script {path} is not TOML: {error}") from error
    unknown = sorted(set(document) - {"fault"})
    tables = document.get("fault", [])
    if unknown or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        found = f", found {unknown[0]!r}" if unknown else ""
        raise SimulatorError(f"fault script {path}: only [[fault]] tables are allowed{found}")
    faults = Faults(0)
    read = []
    for number, table in enumerate(tables, 1):
        try:
            read.append(faults.add(**table))
        except SimulatorError as error:
            raise SimulatorError(f"fault script {path}, fault {number}: {error}") from error
    return read
