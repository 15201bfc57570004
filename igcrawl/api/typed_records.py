"""Records of the store as the items that they were made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from functools import lru_cache

from igcrawl.items import RECORD_TYPES, Record
from igcrawl.output.json_lines import rows_of


def typed_records(lines: bytes) -> Iterator[Record]:
    """Yield the record of each JSON line, but for those of another version of igcrawl that this one does not know.

    Args:
        lines: as `igcrawl.output.json_lines.to_lines` writes them. A field that a line lacks is absent in its record.
    """
    for row in rows_of(lines):
        kind = _kind_of(row.get("type"), tuple(row))
        if kind is not None:
            record = kind.__new__(kind)
            record.__dict__ = row
            yield record


@lru_cache(maxsize=256)
def _kind_of(type_: str, names: tuple[str, ...]) -> type[Record] | None:
    """Return the class of a record by its type and the names of its fields; None where no class fits."""
    kind = RECORD_TYPES.get(type_)
    for own in (kind, *kind.__subclasses__()) if kind is not None else ():
        known = fields(own)
        needed = {each.name for each in known if each.default is MISSING and each.default_factory is MISSING}
        if needed <= set(names) <= {each.name for each in known}:
            return own
    return None
