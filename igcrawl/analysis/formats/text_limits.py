"""Text as files of other programs can hold it: XML and spreadsheets have no place for some characters."""

from __future__ import annotations

import re
from typing import Final

#: What XML 1.0 cannot hold: most control characters, halves of characters, two that are none.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile("\r\n?")
#: A spreadsheet's limits.
CELL_CHARACTERS: Final = 32_767
SHEET_ROWS: Final = 1_048_576
SHEET_COLUMNS: Final = 16_384
#: Whole numbers with more digits are rounded in a cell.
EXACT: Final = 10**15


def fit_for_xml(text: str) -> str:
    """Return a text with U+FFFD in place of each character that XML cannot hold."""
    return _UNFIT.sub("\ufffd", text)


def fit_for_cell(text: str) -> str:
    """Return a text that a cell can hold: line breaks as spreadsheets write them, else see `fit_for_xml`."""
    return fit_for_xml(_LINE_END.sub("\n", text)) if not text.isprintable() else text


def cut_for_cell(text: str) -> str:
    """Return as much of a text as a cell can hold, with an ellipsis where something is missing.

    A cell counts UTF-16 units: two for a character beyond the first plane.
    """
    if len(text) * 2 <= CELL_CHARACTERS:
        return text
    units = text.encode("utf-16-le")
    if len(units) // 2 <= CELL_CHARACTERS:
        return text
    return units[: (CELL_CHARACTERS - 1) * 2].decode("utf-16-le", "ignore") + "…"
