"""A hook of MkDocs: pages that are written for GitHub become pages of the site.

A link out of `docs/` leads to a page of the site that shows that file. So a page needs one kind of link only, and the
site needs no repository beside it.
"""

from __future__ import annotations

import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT: Final = Path(__file__).parents[2]
#: Pages of the site that stand beside `docs/`.
ROOT_PAGES: Final = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
_LINK: Final = re.compile(r"\]\((?!\w+:|#)([^)\s#]+)(#[^)\s]*)?\)")
_FENCE: Final = re.compile(r"^(```.*?^```[ ]*$)", re.M | re.S)
#: Python-Markdown wants an empty line before a list or a table, GitHub does not.
_JOINED: Final = re.compile(r"^((?![-|#\s]|\d+\. ).+\n)(?=- |\d+\. |\|)", re.M)
#: Mermaid's words for a box, and for boxes of which each stands on the next.
_BOX: Final = re.compile(r'^\s*(\w+)\["(.+)"\]$', re.M)
_STACK: Final = re.compile(r"^\s*(\w+(?: --> \w+)+)$", re.M)
_LANGUAGES: Final = {".py": "python", ".toml": "toml", ".md": "markdown", ".sql": "sql"}


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:
    """Add the pages beside `docs/`, and a page for each file that a page links to."""
    for name, page in ROOT_PAGES.items():
        files.append(File.generated(config, page, content=for_site((ROOT / name).read_text("utf-8"), name)))
    pages = [file for file in files if file.is_documentation_page()]
    for name in sorted({name for page in pages for name in _linked_files(page)}):
        files.append(File.generated(config, _page_of(name), content=_shown(name)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page as the site wants it."""
    source = page.file.src_uri
    return markdown if page.file.generated_by else for_site(markdown, f"docs/{source}")


def for_site(markdown: str, name: str) -> str:
    """Return a page with links that hold on the site, and an empty line before each list and table.

    Args:
        markdown: the page.
        name: its path in the repository.
    """
    parts = _FENCE.split(markdown)
    # What the expression captures, each second part, is code.
    parts[1::2] = [_drawn(part) if part.startswith("```mermaid") else part for part in parts[1::2]]
    for number in range(0, len(parts), 2):
        joined = _JOINED.sub(r"\1\n", parts[number])
        parts[number] = _LINK.sub(lambda link: f"]({_on_site(link[1], name)}{link[2] or ''})", joined)
    return "".join(parts)


def _drawn(flowchart: str) -> str:
    """Return a flowchart as a stack of boxes, those beside it below: Mermaid would have a script fetched."""
    labels, stack = dict(_BOX.findall(flowchart)), _STACK.search(flowchart)
    if stack is None:
        return flowchart
    names = stack[1].split(" --> ")
    boxes = [f"<div>{escape(labels[name])}</div>" for name in names]
    boxes += [f'<div class="beside">{escape(label)}</div>' for name, label in labels.items() if name not in names]
    return f'<div class="boxes">{"".join(boxes)}</div>'


def _on_site(link: str, name: str) -> str:
    target = _in_repository(link, name)
    page = target.removeprefix("docs/") if target.startswith("docs/") else ROOT_PAGES.get(target, _page_of(target))
    folder = posixpath.dirname(name.removeprefix("docs/")) if name.startswith("docs/") else ""
    return posixpath.relpath(page, folder or ".")


def _linked_files(page: File) -> list[str]:
    """Return the files outside `docs/` that a page links to, if they are there; MkDocs tells of the others."""
    root_page = {page_name: name for name, page_name in ROOT_PAGES.items()}.get(page.src_uri)
    name = root_page or f"docs/{page.src_uri}"
    text = (ROOT / name).read_text("utf-8")
    targets = (_in_repository(link, name) for link, _ in _LINK.findall(text))
    return [
        target
        for target in targets
        if not target.startswith(("docs/", "..")) and target not in ROOT_PAGES and (ROOT / target).is_file()
    ]


def _in_repository(link: str, name: str) -> str:
    """Return the path in the repository that a link on a page means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), link))


def _page_of(name: str) -> str:
    return f"source/{name}.md"


def _shown(name: str) -> str:
    """Return a page that shows a file."""
    language = _LANGUAGES.get(posixpath.splitext(name)[1], "text")
    text = (ROOT / name).read_text("utf-8").replace("````", "`` ``")
    return f"---\nsearch:\n  exclude: true\n---\n# `{name}`\n\n````{language}\n{text}\n````\n"
