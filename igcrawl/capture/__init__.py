"""Captures: doc_ids out of what a browser or an app was seen to ask, into the operator's own doc_ids.toml."""

from igcrawl.capture.changes import QueryChange, State, compare
from igcrawl.capture.files import Capture, read_capture
from igcrawl.capture.seen_query import SeenQuery
from igcrawl.capture.write_own_file import write_own

__all__ = ["Capture", "QueryChange", "SeenQuery", "State", "compare", "read_capture", "write_own"]
