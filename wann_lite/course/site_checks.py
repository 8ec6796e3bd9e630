"""What may be wrong with a folder of pages: links that lead nowhere, pictures without words, anything not at hand."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "image": "href"}


def findings(folder: str | os.PathLike[str]) -> list[str]:
    """Everything wrong with the pages of a folder, a line each; empty where all is well.

    Looked for: links within the folder to files or anchors that do not exist, ids given twice, images and
    drawings without a description, whatever a page would fetch from the network, formulas that could not be
    drawn, and errors or warnings that a cell printed.

    Raises
    ------
    ValueError
        If there is no page at all.
    """
    folder = Path(folder)
    pages = {path.relative_to(folder).as_posix(): _read(path) for path in sorted(folder.rglob("*.html"))}
    if not pages:
        raise ValueError(f"no HTML page in {folder}")
    found = []
    for name, page in pages.items():
        found += [f"{name}: {fault}" for fault in page.faults]
        for link in page.links:
            fault = _follow(folder, pages, name, link)
            if fault:
                found.append(f"{name}: {fault}")
    return found


@dataclass
class _Page:
    """What one page holds: ids, links, and what is wrong without looking at other pages."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = _Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        page, where = self.page, f"in line {self.getpos()[0]}"
        if "id" in given:
            if given["id"] in page.ids:
                page.faults.append(f"the id {given['id']!r} stands twice ({where})")
            page.ids.add(given["id"])
        if tag == "img" and not given.get("alt", "").strip():
            page.faults.append(f"an image without alt text ({where})")
        if tag == "svg" and given.get("role") != "presentation" and not given.get("aria-label", "").strip():
            page.faults.append(f"a drawing without a description ({where})")
        if "unreadable" in given.get("class", "").split():
            page.faults.append(f"a formula that cannot be drawn ({where})")
        if tag == "pre" and given.get("class") == "error":
            page.faults.append(f"a cell printed an error or a warning ({where})")
        for address in filter(None, (given.get(_LOADED.get(tag, "")), given.get("href") if tag == "a" else None)):
            self._address(tag, address, where)

    def _address(self, tag: str, address: str, where: str) -> None:
        parts = urlsplit(address)
        if parts.scheme == "data":
            return
        if not parts.scheme and not parts.netloc:
            self.page.links.append(address)
        elif tag != "a":
            self.page.faults.append(f"a {tag} from the network, {address} ({where})")
        elif parts.scheme == "file":
            self.page.faults.append(f"a link into one machine, {address} ({where})")


def _read(path: Path) -> _Page:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


def _follow(folder: Path, pages: dict[str, _Page], name: str, link: str) -> str | None:
    """What is wrong with a link from the page `name`, if anything is."""
    path, _, anchor = link.partition("#")
    target = name if not path else os.path.normpath(Path(name).parent / unquote(path.partition("?")[0]))
    target = Path(target).as_posix()
    if target.startswith("..") or not (folder / target).is_file():
        return f"the link {link!r} leads to no file of the site"
    if anchor and target in pages and unquote(anchor) not in pages[target].ids:
        return f"the link {link!r} leads to no anchor of {target}"
    return None
