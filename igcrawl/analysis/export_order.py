"""The operator's order of an export, and which of its options go together."""

from __future__ import annotations

from dataclasses import dataclass

from igcrawl.analysis.formats.account_graph import EDGE_TYPES, GraphOrder, NodeChoice
from igcrawl.analysis.formats.excel_csv import SEPARATORS
from igcrawl.analysis.formats.format import EXCEL_CSV, FORMATS, Format, Holds, names_of
from igcrawl.analysis.verdict_choice import read_verdicts
from igcrawl.errors import BadInput
from igcrawl.wording import did_you_mean, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """The operator's order.

    Args:
        out: a file, or ``-`` for standard output.
        format: what is written; None when the file's suffix says it.
        purpose: the program that will open it, None for any.
        crawl: name or number of a crawl, None for all.
        walk: operation and target of a walk, None for all.
        verdict: of the walks, as `read_verdicts` takes them; None for all.
        type: of the records, None for all, and for the main one where a file is one table.
        every_generation: every generation, not the latest of each walk only.
        separator: of CSV for spreadsheets, a key of `SEPARATORS`; None for a comma.
        nodes: of a graph, one of `NodeChoice`; None for all.
        least_degree: of a graph's nodes, a number; None for any.
    """

    out: str
    format: str | None = None
    purpose: str | None = None
    crawl: str | None = None
    walk: str | None = None
    verdict: str | None = None
    type: str | None = None
    every_generation: bool = False
    separator: str | None = None
    nodes: str | None = None
    least_degree: str | None = None

    @property
    def csv_separator(self) -> str:
        """The character between the cells of CSV for spreadsheets."""
        return SEPARATORS[self.separator or "comma"]

    @property
    def verdicts(self) -> list[str]:
        """The verdicts of the walks; none for all.

        Raises:
            BadInput: there is no such verdict.
        """
        return read_verdicts("--verdict", self.verdict, may_be_open=True)

    @property
    def graph(self) -> GraphOrder:
        """The part of a graph that is wanted."""
        return GraphOrder(NodeChoice(self.nodes or NodeChoice.ALL), int(self.least_degree or 0))

    def check_options(self, format_: Format) -> None:
        """Check the options that only some formats have.

        Args:
            format_: that is written.

        Raises:
            BadInput: one has no meaning there, or no such value.
        """
        read_verdicts("--verdict", self.verdict, may_be_open=True)
        if self.separator is not None:
            if format_ is not EXCEL_CSV:
                raise BadInput(f"--separator is for CSV that spreadsheets open (--for excel), not for {format_}")
            _check_word("--separator", self.separator, list(SEPARATORS))
        graphs = format_.holds is Holds.GRAPH
        for option, value in (("--nodes", self.nodes), ("--min-degree", self.least_degree)):
            if value is not None and not graphs:
                names = ", ".join(names_of(tuple(each for each in FORMATS if each.plain and each.holds is Holds.GRAPH)))
                raise BadInput(f"{option} is for graphs ({names}, csv with --for gephi), not for {format_}")
        if self.nodes is not None:
            _check_word("--nodes", self.nodes, list(NodeChoice))
        if self.least_degree is not None and not (self.least_degree.isascii() and self.least_degree.isdecimal()):
            raise BadInput(f"--min-degree={self.least_degree}: expected a whole number of edges, e.g. 2")
        if graphs and self.type not in {None, *EDGE_TYPES}:
            raise BadInput(f"--type={self.type}: a graph has none of it; allowed: {', '.join(EDGE_TYPES)}")


def _check_word(option: str, word: str, known: list[str]) -> None:
    if word not in known:
        meant = did_you_mean(nearest(word, known, most=1))
        raise BadInput(f"{option}={word}: {meant}allowed: {', '.join(known)}")
