"""Values of graphs as XML."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from igcrawl.analysis.formats.text_limits import fit_for_xml

#: Among them what a reader of XML would take for blanks.
_SPECIAL: Final = re.compile('[&<>"\t\n\r]')
_WRITTEN: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
#: Types of attributes as GEXF and GraphML call them.
XML_TYPES: Final[dict[type, str]] = {str: "string", bool: "boolean", int: "long"}


@lru_cache(4096, typed=True)
def xml_text(value: Any) -> str:
    """Return a value as it stands in an element or between quotes; XML has no place for some characters of a text."""
    if isinstance(value, str) and value.isalnum():
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    fit = value if value.isprintable() else fit_for_xml(value)
    return _SPECIAL.sub(lambda found: _WRITTEN[found.group()], fit)
