"""The website as a browser sees it: pages with scripts that ask for their data, for those who are logged in."""

import json
import re
from html import escape

from igcrawl.simulator import answers
from igcrawl.simulator.answers import HTML, SCRIPT, Answer
from igcrawl.simulator.bundles import FOLDER, Bundles, Place
from igcrawl.simulator.graph import Graph
from igcrawl.simulator.login import LOGIN, Login
from igcrawl.simulator.operations import DocIds
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.sessions import Sessions
from igcrawl.simulator.unrecorded import LSD

_PROFILE = re.compile(r"/(?P<username>[A-Za-z0-9._]{1,30})/(?:(?P<tab>followers|following|reels)/)?")
_HUMAN_PAGES = ("/challenge/", "/checkpoint/", "/consent/", "/accounts/suspended/", "/suspended/")
_SEARCH = "/explore/search/"
_QUERY = """
function __ask(name,variables){return fetch("/graphql/query",{method:"POST",credentials:"same-origin",
headers:{"Content-Type":"application/x-www-form-urlencoded","X-FB-Friendly-Name":name,"X-FB-LSD":__lsd},
body:new URLSearchParams({av:"0",lsd:__lsd,fb_api_caller_class:"RelayModern",fb_api_req_friendly_name:name,
server_timestamps:"true",variables:JSON.stringify(variables),doc_id:__modules[name+"_instagramRelayOperation"]})})}
function __old(hash,variables){return fetch("/graphql/query/?query_hash="+hash+"&variables="
+encodeURIComponent(JSON.stringify(variables)),{credentials:"same-origin"})}
"""
_PROFILE_FLAGS = {
    "enable_integrity_filters": True,
    "__relay_internal__pv__PolarisCannesGuardianExperienceEnabledrelayprovider": True,
    "__relay_internal__pv__PolarisCASB976ProfileEnabledrelayprovider": False,
    "__relay_internal__pv__PolarisWebSchoolsEnabledrelayprovider": False,
    "__relay_internal__pv__PolarisRepostsConsumptionEnabledrelayprovider": False,
    "__relay_internal__pv__PolarisShortDramaEnabledrelayprovider": False,
}


class Website:
    """Answers what is neither REST nor GraphQL: pages, bundles, the login."""

    def __init__(self, graph: Graph, sessions: Sessions, doc_ids: DocIds, seed: int) -> None:
        self._graph = graph
        self._sessions = sessions
        self._doc_ids = doc_ids
        self._login = Login(sessions)
        self.bundles = Bundles(doc_ids, seed)

    def answer(self, ask: Ask) -> Answer:
        """Return a page, a bundle, or what there is in their place."""
        if ask.path.startswith(FOLDER):
            script = self.bundles.script(ask.path)
            return answers.failure(404, "Not Found") if script is None else Answer(script.encode(), 200, SCRIPT)
        if ask.path.startswith(LOGIN):
            return self._login.answer(ask)
        if ask.path.startswith(_HUMAN_PAGES):
            return answers.html_page("Instagram", "Confirm it's you. Help us confirm you own this account.")
        ours = ask.method == "GET" and (ask.path.startswith(_SEARCH) or _PROFILE.fullmatch(ask.path) is not None)
        if ours and ask.session is None:
            return answers.login_redirect(ask.path)
        return self._page(ask) if ours else _no_page()

    def home(self, ask: Ask) -> Answer:
        """Return the first page; a session that has died is led to the login, a stranger sees the form."""
        if ask.session is None and "sessionid" in ask.cookies:
            return answers.login_redirect(ask.path)
        form = "" if ask.session else '<a href="/accounts/login/">Log in</a><form id="loginForm"></form>'
        return self._html("Instagram", "", form)

    def _page(self, ask: Ask) -> Answer:
        if ask.path.startswith(_SEARCH):
            return self._html("Search • Instagram", "")
        match = _PROFILE.fullmatch(ask.path)
        user_id = self._graph.id_of(match["username"]) if match else None
        if match is None or user_id is None:
            return _no_page()
        variables = {"id": str(user_id), "render_surface": "PROFILE", **_PROFILE_FLAGS}
        asked = f'__ask("PolarisProfilePageContentQuery",{json.dumps(variables)});'
        asked += self._old("related_profiles", {"user_id": str(user_id), "include_chaining": True})
        if match["tab"] == "followers":
            more = {"include_reel": True, "fetch_mutual": False, "first": 24}
            asked += self._old("followers_web", {"id": str(user_id), **more})
        return self._html(f"@{escape(match['username'])} • Instagram", asked)

    def _old(self, operation: str, variables: dict[str, object]) -> str:
        return f'__old("{self._doc_ids.current(operation)}",{json.dumps(variables)});'

    def _html(self, title: str, asked: str, text: str = "") -> Answer:
        define = _json({"define": [["LSD", [], {"token": LSD}, 323], ["SiteData", [], {"server_revision": 1}, 317]]})
        later = _json({"rsrcMap": {"Kx3vQ1a": {"type": "js", "src": self.bundles.address(Place.LAZY), "c": 1}}})
        # The slashes of addresses are escaped, as PHP writes JSON.
        later = later.replace("/", "\\/")
        body = (
            f'<!DOCTYPE html><html lang="en"><head><title>{title}</title><link rel="icon" href="data:,">'
            f'<script type="application/json">{define}</script>'
            f'<script type="application/json" data-sjs>{later}</script>'
            f'<script>{self.bundles.inlined()}var __lsd="{LSD}";{_QUERY}</script>'
            f'<script src="{self.bundles.address(Place.LINKED)}"></script></head>'
            f"<body><main>{text}</main><script>{asked}</script></body></html>"
        )
        return Answer(body.encode(), 200, HTML)


def _no_page() -> Answer:
    return answers.html_page("Page not found • Instagram", "Sorry, this page isn't available.", 404)


def _json(document: dict[str, object]) -> str:
    return json.dumps(document, separators=(",", ":"))
