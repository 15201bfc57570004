"""Captures: doc_ids out of what a browser or an app was seen to ask, into the operator's own doc_ids.toml."""

from igcrawl.captures.changes import Change, State, compare
from igcrawl.captures.files import Capture, read_capture
from igcrawl.captures.own_file import write_own
from igcrawl.captures.sighting import Sighting
from igcrawl.captures.table import print_table

__all__ = ["Capture", "Change", "Sighting", "State", "compare", "print_table", "read_capture", "write_own"]
