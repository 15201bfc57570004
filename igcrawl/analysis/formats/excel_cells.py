"""Text that a spreadsheet takes for text when it opens CSV: no formula, number, date or other thing of its own."""

from __future__ import annotations

import re
from typing import Final

from igcrawl.analysis.formats.text_limits import fit_for_cell

#: Stands before a text that a spreadsheet would take for something else, and before one that begins with itself.
MARK: Final = "'"
#: Stands for a line break in a cell.
LINE_BREAK: Final = "⏎"
#: The beginnings of formulas, in every width; a spreadsheet of another writing system may take any of them.
_STARTS: Final = r"[=+\-@⁺⁻⁼₊₋₌−﬩﹢﹣﹦﹫＋－＝＠]"
#: Stand before the first character that counts.
_UNSEEN: Final = "[\\s\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
#: Months, and what stands in times and in numbers with an exponent.
_NAMES: Final = """
    e d a p am pm jan january feb february mar march apr april may jun june jul july aug august sep sept september oct
    october nov november dec december januar februar mär märz mai juni juli okt oktober dez dezember janv janvier févr
    février mars avr avril juin juil juillet août septembre octobre novembre déc décembre ene enero febrero marzo abr
    abril mayo junio julio ago agosto septiembre octubre noviembre dic diciembre gen gennaio febbraio aprile mag maggio
    giu giugno lug luglio set settembre ott ottobre dicembre fev fevereiro março maio junho julho setembro out outubro
    novembro dezembro
"""
#: A text with digits and one of these words is a number, a time or a date to some spreadsheet.
_WORDS: Final = frozenset(_NAMES.split())
_FLAGS: Final = frozenset({"true", "false"})
_BEGINS: Final = re.compile(f"{MARK}|{_UNSEEN}*{_STARTS}")
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_ONE_WORD: Final = re.compile(r"[\s\d.,:/+-]*([^\W\d_]+)[\s\d.,:/+-]*\Z")


class CellText:
    """Texts as cells of a CSV file.

    Args:
        separator: of the file.
    """

    def __init__(self, separator: str) -> None:
        others = "".join(each for each in ",;" if each != separator)
        # Where another separator is usual, a file that is opened by a double click is cut there, whatever the quotes.
        self._formula_behind = re.compile(f'([{others}](?:"|{_UNSEEN})*)(?={_STARTS})')

    def cell(self, text: str) -> str:
        """Return a text as a cell: what a spreadsheet would take for something else has a mark before it."""
        if not text.isprintable():
            text = fit_for_cell(text).replace("\n", LINE_BREAK).replace("\t", " ")
        marked = MARK + text if _is_taken(text) else text
        return self._formula_behind.sub(rf"\1{MARK}", marked)


def _is_taken(text: str) -> bool:
    """Return whether a spreadsheet takes a text for something else, or a reader its beginning for our mark."""
    if _BEGINS.match(text):
        return True
    if not _DIGIT.search(text):
        return text.strip().lower() in _FLAGS
    if not _LETTER.search(text):
        return True
    one_word = _ONE_WORD.match(text)
    return one_word is not None and one_word[1].lower() in _WORDS
