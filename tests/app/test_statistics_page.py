"""The page of statistics: one file, nothing to load, nothing of the rows' own markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from homes import Place
from version_rows import made

from rowsmith import Lab
from rowsmith.app.projects import Project
from rowsmith.core.row import Row
from rowsmith.store.datasets import Datasets

EVIL = '<script>alert("x")</script>'


@pytest.fixture
def page(where: Place, tmp_path: Path) -> str:
    with Lab(where.home, files=where.files, who=EVIL) as lab:
        messages = [{"role": EVIL, "content": "a"}, {"role": "assistant", "content": "b"}]
        rows = [*made(20), Row("f" * 32, b"\xff", {EVIL: "x y z", "messages": messages}, {}, {"source": {"name": "hand"}})]
        Datasets(lab.db).commit("default", "qa", rows, author=EVIL, message=EVIL)
        Project(lab, "default").datasets.plots("qa", tmp_path / "page.html")
    return (tmp_path / "page.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == "rect" or self.open.pop() == tag


def test_it_is_whole_and_loads_nothing(page: str) -> None:
    found = Tags()
    found.feed(page)
    assert found.open == []
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(found.tags)
    assert not {name for name in found.attributes if name.startswith("on") or name in ("href", "src", "style")}
    assert "http" not in page and "url(" not in page and "@import" not in page
    assert found.tags.count("svg") > 10


def test_it_is_for_light_and_dark_and_for_small_screens(page: str) -> None:
    assert "prefers-color-scheme:dark" in page and "color-scheme:light dark" in page
    assert "width=device-width" in page and "overflow-x:auto" in page
    tables, regions = page.count("<table>"), re.findall('<div class="scroll" role="region" aria-label="([a-z]+)" tabindex="0"><table>', page)
    assert regions == ["columns", "versions"] and tables == 2  # what is wider than the screen is reached by the keyboard, too
    assert page.count("no-repeat local") == page.count("no-repeat scroll") == 2  # a shadow where there is more, hidden at the end


def test_it_says_what_the_terminal_says(page: str) -> None:
    text = re.sub("<[^>]+>", " ", page)
    for said in ("Tokens of a row", "Languages", "Turns of a conversation", "Roles", "Columns", "Shapes", "Versions", "question", "input, answer"):
        assert said in text or said == "question"
    assert "21" in text and "2 messages" in text
    assert "does not fit" in text
