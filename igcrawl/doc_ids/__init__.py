"""The registry of doc_ids: which registered ids a query is known by, and which is asked first."""

from igcrawl.doc_ids.current import CurrentIds
from igcrawl.doc_ids.model import DocId, Origin, Query, check_doc_id, is_doc_id
from igcrawl.doc_ids.own_file import own_path, read_own
from igcrawl.doc_ids.registry import OVERRIDE_PREFIX, DocIds, shipped_queries

__all__ = [
    "OVERRIDE_PREFIX",
    "CurrentIds",
    "DocId",
    "DocIds",
    "Origin",
    "Query",
    "check_doc_id",
    "is_doc_id",
    "own_path",
    "read_own",
    "shipped_queries",
]
