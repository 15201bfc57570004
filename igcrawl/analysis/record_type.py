"""Check of a record type that the operator names."""

from __future__ import annotations

from igcrawl.errors import BadInput
from igcrawl.operations.record_kinds import record_kinds
from igcrawl.wording import did_you_mean, nearest


def check_type(name: str) -> str:
    """Return the name of a type of record.

    Raises:
        BadInput: there is none of that name.
    """
    known = sorted(record_kinds())
    if name in known:
        return name
    meant = did_you_mean(nearest(name, known))
    raise BadInput(f"--type={name}: no such type of record; {meant}allowed: {', '.join(known)}")
