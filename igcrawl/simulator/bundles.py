"""The website's script bundles: modules that hold the registered ids, as Instagram's build writes them."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from hashlib import blake2b

from igcrawl.simulator.operations import DocIds

FOLDER = "/static/bundles/"


class Place(Enum):
    """Places where the website keeps a query's module."""

    INLINED = "in a script of the page itself"
    LINKED = "in a bundle that the page loads"
    LAZY = "in a bundle that the page only knows of, for later"


@dataclass(frozen=True, slots=True)
class SiteQuery:
    """A query of the website: its friendly name, its module's place, and the simulator's operation, "" for none."""

    name: str
    place: Place
    operation: str = ""
    root: str = ""


QUERIES = (
    SiteQuery("PolarisProfilePageContentQuery", Place.LINKED, "user_profile", "user"),
    SiteQuery(
        "PolarisSearchBoxRefetchableQuery", Place.LAZY, "user_lookup", "xdt_api__v1__fbsearch__non_profiled_serp"
    ),
    # Nobody answers these: a website has more queries than anybody asks.
    SiteQuery("PolarisFeedRootV9Query", Place.INLINED, root="xdt_api__v1__feed__timeline"),
    SiteQuery("PolarisProfileReelsGridQuery", Place.LINKED, root="xdt_api__v1__clips__user__connection_v2"),
    SiteQuery("PolarisStoriesPageQuery", Place.LAZY, root="xdt_api__v1__feed__reels_media"),
)
"""The queries with modules; the legacy ones (query_hash) are called by the pages and have none."""

_OUTLINE = (
    "window.__modules={};window.__d=function(name,needs,make){var module={exports:null};"
    "make(window,function(n){return window.__modules[n]},null,null,module,module);"
    "window.__modules[name]=module.exports};"
)


class Bundles:
    """The bundles of the moment: after a rotation they hold other ids, under other addresses."""

    def __init__(self, doc_ids: DocIds, seed: int) -> None:
        self._doc_ids = doc_ids
        self._key = seed.to_bytes(8, "big", signed=True)

    @cached_property
    def _unasked(self) -> dict[str, str]:
        return {query.name: self._made_up(query.name) for query in QUERIES if not query.operation}

    def _made_up(self, name: str) -> str:
        number = int(blake2b(name.encode(), digest_size=7, key=self._key).hexdigest(), 16)
        return str(20_000_000_000_000_000 + number % 10_000_000_000_000_000)

    def ids(self) -> dict[str, str]:
        """Return the id of every query with a module, by friendly name."""
        return {
            query.name: self._doc_ids.current(query.operation) if query.operation else self._unasked[query.name]
            for query in QUERIES
        }

    def inlined(self) -> str:
        """Return the script that stands in each page."""
        return _OUTLINE + self._modules(Place.INLINED)

    def address(self, place: Place) -> str:
        """Return the path of a bundle; its name changes with its content."""
        return f"{FOLDER}{place.name.lower()}.{_digest(self._modules(place))}.js"

    def script(self, path: str) -> str | None:
        """Return the bundle at a path, None where there is none (any more)."""
        for place in (Place.LINKED, Place.LAZY):
            if path == self.address(place):
                return self._modules(place)
        return None

    def _modules(self, place: Place) -> str:
        ids = self.ids()
        return "\n".join(_module(query, ids[query.name]) for query in QUERIES if query.place is place)


def _module(query: SiteQuery, doc_id: str) -> str:
    name = f"{query.name}_instagramRelayOperation"
    parameters = (
        f'id:n("{name}"),metadata:{{root_field_name:["{query.root}"]}},name:"{query.name}",operationKind:"query"'
    )
    return (
        f'__d("{name}",[],(function(t,n,r,o,a,i){{a.exports="{doc_id}"}}),null);\n'
        f'__d("{query.name}$Parameters",["{name}"],(function(t,n,r,o,a,i){{"use strict";'
        f'var e={{kind:"PreloadableConcreteRequest",params:{{{parameters},text:null}}}};i.exports=e}}),null);'
    )


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()
