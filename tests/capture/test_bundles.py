"""Ids in script text, in the manners in which Instagram's build writes them."""

from __future__ import annotations

import time

import pytest

from igcrawl.capture.bundles import queries_in, scripts_in

NAME = "PolarisProfilePageContentQuery"
PAGE = "https://www.instagram.com/instagram/"


def found(text: str) -> list[tuple[str, str]]:
    return [(each.name, each.doc_id) for each in queries_in(text)]


@pytest.mark.parametrize(
    "body",
    [
        '(function(t,n,r,o,a,i){a.exports="28036671149327607"}),null);',
        '(function(a,b,c,d,e,f){"use strict";e.exports="28036671149327607"}),null);',
        '(function(t,n,r,o,a,i){\n  a.exports = "28036671149327607"\n}), null);',
        'function(a,b,c,d,e,f){e.exports="28036671149327607"},null);',
    ],
)
def test_a_module_gives_name_and_id(body: str) -> None:
    assert found(f'__d("{NAME}_instagramRelayOperation",[],{body}') == [(NAME, "28036671149327607")]


def test_a_module_without_an_id_does_not_take_that_of_the_next() -> None:
    text = (
        '__d("FirstQuery_instagramRelayOperation",[],(function(t,n,r,o,a,i){a.exports=null}),null);'
        '__d("SecondQuery_instagramRelayOperation",[],(function(t,n,r,o,a,i){a.exports="25980296051578533"}),null);'
    )
    assert found(text) == [("SecondQuery", "25980296051578533")]


def test_the_parameters_beside_a_module_name_the_root() -> None:
    text = (
        f'__d("{NAME}_instagramRelayOperation",[],(function(t,n,r,o,a,i){{a.exports="28036671149327607"}}),null);'
        f'__d("{NAME}$Parameters",["x"],(function(t,n,r,o,a,i){{var e={{kind:"PreloadableConcreteRequest",'
        f'params:{{id:n("{NAME}_instagramRelayOperation"),metadata:{{is_distillery:!0,root_field_name:["user","b"]}},'
        f'name:"{NAME}"}}}};i.exports=e}}),null);'
    )
    (seen_query,) = queries_in(text)
    assert (seen_query.root_field, seen_query.variables) == ("user", ())


def test_scripts_are_those_of_the_site_only() -> None:
    text = r"""
    <script src="/static/a.js?x=1&amp;y=2"></script>
    <link rel="preload" href="https://static.cdninstagram.com/rsrc.php/v4/b.js">
    <script type="application/json">
    {"rsrcMap":{"k":{"type":"js","src":"https:\/\/static.cdninstagram.com\/rsrc.php\/c.js"},
    "l":{"src":"https:\/\/evil.example\/d.js"},"m":{"src":"http:\/\/static.cdninstagram.com\/e.js"},
    "n":{"src":"https:\/\/static.cdninstagram.com.evil.example\/f.js"}}}</script>
    """
    assert list(scripts_in(text, PAGE)) == [
        "https://www.instagram.com/static/a.js?x=1&y=2",
        "https://static.cdninstagram.com/rsrc.php/v4/b.js",
        "https://static.cdninstagram.com/rsrc.php/c.js",
    ]


def test_five_megabytes_are_read_in_a_moment() -> None:
    module = '__d("SomeQuery_instagramRelayOperation",[],(function(t,n,r,o,a,i){a.exports=null}),null);"/x'
    text = module * (5_000_000 // len(module))
    began = time.process_time()
    assert found(text) == []
    assert list(scripts_in(text, PAGE)) == []
    assert time.process_time() - began < 5
