"""Check of a record type that the operator names."""

from __future__ import annotations

from difflib import get_close_matches

from igcrawl.errors import BadInput
from igcrawl.operations.record_kinds import record_kinds


def check_type(name: str) -> str:
    """Return the name of a type of record.

    Raises:
        BadInput: there is none of that name.
    """
    known = sorted(record_kinds())
    if name in known:
        return name
    near = get_close_matches(name, known)
    meant = f"did you mean {', '.join(near)}? " if near else ""
    raise BadInput(f"--type={name}: no such type of record; {meant}allowed: {', '.join(known)}")
