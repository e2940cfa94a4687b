from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.row import Drop, New
from rowsmith.steps.chunk.markdown import Markdown
from rowsmith.steps.markdown import blocks, plain

CTX = StepContext(Path())
GUIDE = """---
title: x
---
# Guide

Intro.

## Install `it` {#install}

```sh
# not a heading
make all
```

Setext [link](u)
-----

- one
  - two

<!--
# not a heading either
-->

### Deep ###

| a | b |
|---|---|
| # | 2 |
"""


def chunks(text: str, **given: object) -> list[New]:
    return list(Markdown(**given).rows(row({"text": text, "n": 1}, origin={"source": {"name": "f", "span": [0, len(text)]}}), CTX))


def test_blocks_of_a_document() -> None:
    found = [(b.kind, b.path, GUIDE[b.start : b.end].split("\n")[0]) for b in blocks(GUIDE)]
    assert found == [
        ("meta", (), "---"),
        ("heading", ("Guide",), "# Guide"),
        ("paragraph", ("Guide",), "Intro."),
        ("heading", ("Guide", "Install it"), "## Install `it` {#install}"),
        ("code", ("Guide", "Install it"), "```sh"),
        ("heading", ("Guide", "Setext link"), "Setext [link](u)"),
        ("item", ("Guide", "Setext link"), "- one"),
        ("item", ("Guide", "Setext link"), "- two"),
        ("html", ("Guide", "Setext link"), "<!--"),
        ("heading", ("Guide", "Setext link", "Deep"), "### Deep ###"),
        ("table", ("Guide", "Setext link", "Deep"), "| a | b |"),
    ]


def test_headings_as_readers_see_them() -> None:
    assert plain("**The `code`** of [a link](http://x) {#id}") == "The code of a link"
    assert plain("C# and F#, 2 * 3 * 4, snake_case_name") == "C# and F#, 2 * 3 * 4, snake_case_name"
    assert [b.path for b in blocks("# C#\n#hash\n####### seven\n    # code")] == [("C#",), ("C#",)]


def test_the_heading_goes_with_its_text() -> None:
    text = "# Title\n\n## First\n\n" + "The first part says this. " * 40 + "\n\n## Second\n\nShort.\n\n## Third\n\n" + "More words here. " * 60
    found = chunks(text, size=100)
    assert found[0].data["text"].startswith("# Title\n\n## First\n\nThe first part")
    assert found[0].data["heading"] == "Title > First"
    assert found[0].origin["chunk"]["heading"] == ["Title", "First"]
    assert {new.data["heading"] for new in found} == {"Title > First", "Title > Third"}  # the short second part goes with the end of the first
    assert next(new for new in found if "## Third" in new.data["text"]).data["text"].endswith("here.")
    assert found[0].data["n"] == 1


def test_a_heading_at_the_end_goes_with_the_text_before() -> None:
    assert len(chunks("Some text.\n\n## End", size=32)) == 1
    text = "A sentence of a few words. " * 9 + "\n\n## The end of it"
    found = chunks(text, size=60)
    assert found[-1].data["text"].startswith("A sentence")
    assert found[-1].data["text"].endswith("## The end of it")
    assert all(new.origin["chunk"]["tokens"] <= 60 for new in found)


def test_only_headings() -> None:
    (new,) = chunks("# A\n\n## B\n")
    assert (new.data["text"], new.data["heading"]) == ("# A\n\n## B", "A > B")
    assert isinstance(chunks(" \n")[0], Drop)


def test_options_change_the_chunks() -> None:
    text = "# T\n\n" + "Ελληνικό κείμενο εδώ. " * 60
    assert len(chunks(text, size=40)) > len(chunks(text, size=400))
    assert len(chunks(text, size=200, model="gpt-2")) > len(chunks(text, size=200))
    assert "heading" not in chunks(text, heading="")[0].data
    assert chunks(text, heading="section")[0].data["section"] == "T"
    assert Markdown(heading="section").columns(frozenset({"text"})) == {"text", "section"}
    assert Markdown(heading="").columns(frozenset({"text"})) == {"text"}
    assert "another name" in Markdown(heading="text").check()[0]
    (new,) = Markdown(column="body").rows(row({"body": "# A\n\nb"}), CTX)
    assert new.data == {"body": "# A\n\nb", "heading": "A"}


_pieces = st.one_of(
    st.sampled_from(["# One", "## Two words", "### Three `little` words", "Setext\n==="]),
    st.integers(1, 60).map("Some words of it. ".__mul__),
    st.integers(1, 8).map(lambda n: "\n".join(f"- item {i} of the list, with\n  more" for i in range(n))),
    st.sampled_from(["```\n# no heading\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "> quoted", "<!--\n# no\n-->", "    # code", "***", "漢字" * 50]),
)


@settings(deadline=None)
@given(st.lists(_pieces, max_size=14).map("\n\n".join), st.integers(64, 120))
@example("# One\n\n" + "# Two\n\n### Three\n\n" + "w " * 99, 64)
def test_laws_of_markdown_chunks(text: str, size: int) -> None:
    found = chunks(text, size=size)
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
        assert len(found) == 1 or any(block.kind != "heading" for block in blocks(new.data["text"]))
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())


@given(st.text(alphabet="# \t`~-=*|<>!\n\rab[](1.)", max_size=200))
def test_blocks_cover_any_text(text: str) -> None:
    covered: set[int] = set()
    for block in blocks(text):
        assert not covered & set(range(block.start, block.end))
        covered |= set(range(block.start, block.end))
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())
