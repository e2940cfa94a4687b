from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.row import Drop, New
from rowsmith.steps.chunk.html import Html
from rowsmith.steps.hypertext import html_blocks, said

CTX = StepContext(Path())
PAGE = """<!DOCTYPE html>
<html><head><title>A page</title><script>if (a < b) { document.write("<h1>no</h1>") }</script></head>
<body><nav><a href="/">Home</a></nav>
<!-- <h1>not this</h1> -->
<h1 class="x > y">Tea &amp; <em>coffee</em></h1>
<p>Both are <b>hot</b>.
<div>Loose text <span>here</span></div> and there <a href="#">too</a>
<section><h2>Green</h2>
<ul><li>one<li>two</ul></section>
<h3>Deep</h3>
<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>
<h2>Black</h2><pre>x
  y</pre>
</body></html>
"""


def chunks(text: str, **given: object) -> list[New]:
    return list(Html(**given).rows(row({"text": text, "n": 1}, origin={"source": {"name": "f", "span": [0, len(text)]}}), CTX))


def test_blocks_of_a_page() -> None:
    found = [(b.kind, b.path, said(PAGE[b.start : b.end])) for b in html_blocks(PAGE)]
    tea = "Tea & coffee"
    assert found == [
        ("html", (), "A page"),
        ("html", (), "Home"),
        ("heading", (tea,), tea),
        ("html", (tea,), "Both are hot."),
        ("html", (tea,), "Loose text here"),
        ("html", (tea,), "and there too"),
        ("heading", (tea, "Green"), "Green"),
        ("html", (tea, "Green"), "one"),
        ("html", (tea, "Green"), "two"),
        ("heading", (tea, "Green", "Deep"), "Deep"),
        ("html", (tea, "Green", "Deep"), "a b"),
        ("html", (tea, "Green", "Deep"), "c"),
        ("heading", (tea, "Black"), "Black"),
        ("html", (tea, "Black"), "x y"),
    ]
    assert PAGE[html_blocks(PAGE)[6].start :].startswith("<section><h2>")
    assert html_blocks(PAGE)[-1].end == len(PAGE.rstrip())


def test_each_section_is_a_chunk_with_its_heading() -> None:
    found = chunks(PAGE, min_size=0)
    tea = "Tea & coffee"
    assert [new.data["heading"] for new in found] == ["", tea, f"{tea} > Green", f"{tea} > Green > Deep", f"{tea} > Black"]
    assert found[2].data["text"] == "<section><h2>Green</h2>\n<ul><li>one<li>two</ul></section>"
    assert found[2].origin["chunk"]["heading"] == ["Tea & coffee", "Green"]
    assert [new.data["n"] for new in found] == [1] * 5
    assert [new.data["heading"] for new in chunks(PAGE, size=120)] == ["", "Tea & coffee", "Tea & coffee > Green > Deep"]  # small ones are joined


def test_a_long_section_keeps_its_heading_with_text() -> None:
    text = "<h2>Long</h2>" + "".join(f"<p>Paragraph {n} has some words in it, and more of them.</p>" for n in range(12))
    found = chunks(text, size=64, min_size=0)
    assert len(found) > 2
    assert found[0].data["text"].startswith("<h2>Long</h2><p>Paragraph 0")
    assert all(new.data["text"].endswith("</p>") and new.data["heading"] == "Long" for new in found)
    one = chunks("<h2>Long</h2><p>" + "many words stand here. " * 60 + "</p>", size=64)
    assert one[0].data["text"].startswith("<h2>Long</h2><p>many")


def test_a_blank_page_and_settings() -> None:
    assert isinstance(chunks(" \n")[0], Drop)
    assert "another name" in Html(heading="text").check()[0]
    assert "heading" not in chunks(PAGE, heading="")[0].data


_TAGS = ["<h1>", "</h1>", "<h2>", "</h2>", "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<td>", "<tr>", "<table>", "<section>", "</section>",
         "<!--", "-->", "<script>", "</script>", "<a href='x", "'>", '"', "<", ">", "&amp;", "text ", "some words here ", "\n", " ", "漢字",
         "<br>"]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(_TAGS), max_size=60).map("".join), st.integers(32, 60), st.integers(0, 30))
def test_laws_of_html_chunks(text: str, size: int, least: int) -> None:
    covered: set[int] = set()
    for block in html_blocks(text):
        assert not covered & set(range(block.start, block.end))
        covered |= set(range(block.start, block.end))
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())
    found = chunks(text, size=size, min_size=least)
    if isinstance(found[0], Drop):
        assert not text.strip()
        return
    covered = set()
    for new in found:
        a, b = new.origin["source"]["span"]
        assert text[a:b] == new.data["text"] != ""
        assert not covered & set(range(a, b))
        covered |= set(range(a, b))
        assert new.origin["chunk"]["tokens"] <= size
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())


@pytest.mark.parametrize("piece", ["<a ", '<a "', "<!--", "<script", "<a x='", "<p><div>", "<h1>", "</p>", "<!x"])
def test_a_hostile_page_takes_no_time(piece: str) -> None:
    """Hundreds of thousands of characters, read once and not from each beginning of a tag to the end."""
    text = piece * (100_000 // len(piece))
    assert html_blocks(text)[-1].end == len(text.rstrip())
