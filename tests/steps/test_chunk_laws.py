"""The laws of all ways of cutting a text: exact spans, nothing left out, none too long, in order, and the same every time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from asking_context import work
from hypothesis import given, settings
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith import registry
from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.tokens import count_tokens, splitter

CTX = StepContext(Path())
ENGLISH = "Tea is made from leaves. Dr. Hill drinks it at 5 p.m. every day! Why? Nobody knows, e.g. his wife. "
GERMAN = "Am 3. Mai trank Prof. Müller Tee. Die Überschwemmungsgebiete wurden geräumt, d. h. sie waren leer. "
JAPANESE = "今日は天気がいいので、散歩に行きました。「どこへ行くの？」と聞かれました。公園です。"
ARABIC = "ذهب الولد إلى المدرسة صباح اليوم. هل قرأت الكتاب الذي أعطيتك إياه؟ نعم، قرأته كله! "
CODE = "def f(x):\n    # why\n    return [x * n for n in range(10)]\n\n\nclass A:\n    def g(self): return 1\n\n"
TABLE = "| name | price |\n|---|---:|\n" + "".join(f"| tea {n} | {n * 1.5} |\n" for n in range(8)) + "\n"
TEXTS = {
    "English": ENGLISH * 12, "German": GERMAN * 12, "Japanese": JAPANESE * 10, "Arabic": ARABIC * 10, "code": CODE * 8, "tables": TABLE * 4,
    "headings": f"# One\n\n{ENGLISH}\n\n## Two\n\n{GERMAN * 3}\n\n## Three\n\n### Four\n\n{JAPANESE}\n", "no spaces": "aB3_" * 800,
    "one long line": ENGLISH * 40, "HTML": f"<h1>A</h1><p>{ENGLISH}</p><ul><li>{GERMAN}<li>{JAPANESE}</ul><h2>B</h2>{ARABIC}",
}  # fmt: skip
WAYS: dict[str, dict[str, Any]] = {
    "chunk.tokens": {"overlap": 0}, "chunk.sentences": {}, "chunk.markdown": {}, "chunk.html": {}, "chunk.semantic": {},
    "chunk.code": {"language": "python"}, "chunk.pages": {}, "chunk.semantic by embeddings": {"embedder": "embedder"},
}  # fmt: skip
MERGING = ("chunk.markdown", "chunk.html", "chunk.code", "chunk.pages", "chunk.semantic", "chunk.semantic by embeddings")
"""Those that may leave neighbours which would fit together."""
SHARING = ("chunk.tokens", "chunk.sentences", "chunk.markdown", "chunk.pages")
"""Those whose chunks may overlap."""


def parent(text: str) -> Row:
    marks = {"pages": [[len(text) * n // 4, n + 1] for n in range(4)]} if len(text) > 8 else {"pages": [[0, 1]]}
    return row({"text": text, "n": 1}, origin={"source": {"name": "f", "span": [0, len(text)], "marks": marks}})


def chunks(kind: str, text: str, **given: Any) -> list[Any]:
    step: Any = registry.step(kind.split()[0])(**{**WAYS.get(kind, {}), **given})
    return work(step, parent(text), None)[0] if step.shape == "asking" else list(step.rows(parent(text), CTX))


def held(text: str, found: list[Any], size: int, overlap: int = 0) -> None:
    """The laws."""
    if isinstance(found[0], Drop):
        assert not text.strip() and found[0].reason == "empty_text"
        return
    covered: set[int] = set()
    spans = [tuple(new.origin["source"]["span"]) for new in found]
    for index, (new, (start, end)) in enumerate(zip(found, spans, strict=True)):
        assert isinstance(new, New) and new.data["n"] == 1
        assert text[start:end] == new.data["text"] != ""
        place = new.origin["chunk"]
        assert (place["index"], place["of"]) == (index, len(found))
        kept = text[start:end].replace("\0", "\ufffd")
        assert place["tokens"] == count_tokens("gpt-4o", kept) <= size
        assert len(splitter("gpt-4o", size).chunks(kept)) == 1
        covered |= set(range(start, end))
    assert spans == sorted(spans) and len(set(spans)) == len(spans)
    assert all(after[1] > before[1] and (after[0] >= before[1] or count_tokens("gpt-4o", text[after[0] : before[1]]) <= overlap)
               for before, after in pairwise(spans))  # fmt: skip
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("name", TEXTS)
def test_laws_on_what_people_write(kind: str, name: str) -> None:
    for size in (32, 150):
        found = chunks(kind, TEXTS[name], size=size)
        held(TEXTS[name], found, size)
        assert found == chunks(kind, TEXTS[name], size=size)
        if kind in SHARING:
            held(TEXTS[name], chunks(kind, TEXTS[name], size=size, overlap=size // 3), size, size // 3)


@pytest.mark.parametrize("kind", WAYS)
def test_a_line_of_100_kb(kind: str) -> None:
    text = (ENGLISH + "word" * 30 + " ") * 460
    assert len(text) > 100_000
    held(text, chunks(kind, text, size=800), 800)


_SOME = ["Word. ", "two ", "漢字。", "# H\n\n", "\n\n", "\n", "  ", "- item\n", "| a | b |\n", "<p>", "<h2>x</h2>", "def f():\n  ", "e.g. ", "🙂",
         "é", "\u2028", "3. ", "x" * 50, "\t", "\r\n", "? ", "»", "\0"]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(_SOME), max_size=80).map("".join), st.integers(32, 64), st.integers(0, 20), st.integers(0, 30),
       st.none() | st.floats(0, 1))  # fmt: skip
def test_laws_on_any_text(text: str, size: int, overlap: int, least: int, merge: float | None) -> None:
    for kind in WAYS:
        more: dict[str, Any] = ({"overlap": overlap} if kind in SHARING else {}) | ({"merge": merge} if kind in MERGING else {})
        held(text, chunks(kind, text, size=size, min_size=least, **more), size, overlap)


@pytest.mark.parametrize("kind", WAYS)
def test_small_chunks_are_joined_where_they_fit(kind: str) -> None:
    text = f"# A\n\n{ENGLISH}\n\n# B\n\n{ENGLISH * 4}\n\n# C\n\n{GERMAN}\n\n# D\n\nEnd."
    found = chunks(kind, text, size=100, min_size=40)
    held(text, found, 100)
    for one, two in pairwise(found):
        small = min(one.origin["chunk"]["tokens"], two.origin["chunk"]["tokens"]) < 40
        together = text[one.origin["source"]["span"][0] : two.origin["source"]["span"][1]]
        assert not small or count_tokens("gpt-4o", together) > 100


@pytest.mark.parametrize("kind", ["chunk.html", "chunk.code", "chunk.pages", "chunk.semantic by embeddings"])
def test_alike_chunks_are_merged_where_they_fit(kind: str) -> None:
    tea, rail = "Tea leaves are picked and dried, and tea is drunk hot. ", "Trains on rails of steel stop at stations. "
    shape = {"chunk.code": "def f{}():\n    {}\n\n", "chunk.html": "<h2>{}</h2><p>{}</p>"}.get(kind, "## {}\n\n{}\n\n")
    parts = [shape.format(n, said * 2) for n, said in enumerate((tea, tea, rail, rail))]
    text = "".join(parts)
    marks = {"pages": [[sum(map(len, parts[:n])), n + 1] for n in range(4)]}
    every: dict[str, Any] = {"min_size": 0} | ({"threshold": 1.0} if kind.endswith("embeddings") else {})

    def cut(size: int, **more: Any) -> list[str]:
        step: Any = registry.step(kind.split()[0])(**{**WAYS[kind], **every, "size": size, **more})
        on = row({"text": text, "n": 1}, origin={"source": {"name": "f", "span": [0, len(text)], "marks": marks}})
        found = work(step, on, None)[0] if step.shape == "asking" else list(step.rows(on, CTX))
        held(text, found, size)
        return [new.data["text"] for new in found]

    apart, two, one = cut(120), cut(120, merge=0.5), cut(400, merge=0.0)
    assert (len(apart), len(two), len(one)) == (4, 2, 1)
    assert "Trains" not in two[0] and "Tea" not in two[1]
    assert cut(48, merge=0.0) == cut(48)


def test_alike_sections_are_merged_where_they_fit() -> None:
    tea, rail = "Tea leaves are picked and dried, and tea is drunk hot. ", "Trains on rails of steel stop at stations. "
    text = f"{tea}\n\n{tea}\n\n# A\n\n{tea}\n\n## B\n\n{rail * 3}"
    apart, two, none = (chunks("chunk.markdown", text, size=48, merge=merge) for merge in (None, 0.5, 1.0))
    assert (len(apart), len(two)) == (3, 2) and none == apart
    assert two[0].data["text"].count("Tea") == 3 and two[1].data["text"].startswith("## B")
    held(text, two, 48)


def test_a_small_end_takes_sentences_from_the_chunk_before() -> None:
    text = "One sentence of eight words stands right here. " * 8 + "The end."
    for kind in ("chunk.tokens", "chunk.sentences"):
        plain, even = chunks(kind, text, size=72), chunks(kind, text, size=72, min_size=20)
        assert plain[-1].origin["chunk"]["tokens"] < 20 <= even[-1].origin["chunk"]["tokens"]
        assert even[-1].data["text"].startswith("One sentence")
        held(text, even, 72)


def test_sentences_are_not_cut() -> None:
    for new in chunks("chunk.sentences", ENGLISH * 9, size=40):
        assert new.data["text"].startswith(("Tea", "Dr. Hill", "Why", "Nobody"))
        assert new.data["text"].endswith((".", "!", "?"))
    assert all(new.data["text"].endswith("。") for new in chunks("chunk.sentences", JAPANESE * 9, size=64))


def test_pages_are_chunks_and_say_which() -> None:
    text = "First page.\n\nSecond page is longer than that one, it has many words. " + "More of it. " * 12 + "\n\nThird.\n\nFourth."
    places = [0, text.index("Second"), text.index("Third"), text.index("Fourth")]
    for name in ("pages", "slides", "sheets"):
        marks = {name: [[place, n] for n, place in enumerate(places, 5)]}
        one = row({"text": text}, origin={"source": {"name": "f", "span": [0, len(text)], "marks": marks}})
        found = list(registry.step("chunk.pages")(size=32).rows(one, CTX))  # type: ignore[attr-defined]
        assert [new.origin["source"][name] for new in found] == [[5, 5], [6, 6], [6, 6], [7, 7], [8, 8]]
        joined = list(registry.step("chunk.pages")(size=32, min_size=32).rows(one, CTX))  # type: ignore[attr-defined]
        assert joined[-1].origin["source"][name] == [7, 8]
        (again,) = registry.step("chunk.pages")().rows(row(found[0].data, origin=found[0].origin), CTX)  # type: ignore[attr-defined]
        assert again.origin["source"][name] == [5, 5]
    with pytest.raises(RowFailed, match="where pages of the text begin"):
        list(registry.step("chunk.pages")().rows(row({"text": "x"}), CTX))  # type: ignore[attr-defined]


def test_a_whole_text_is_one_chunk_or_too_long() -> None:
    (new,) = chunks("chunk.whole", f"  {ENGLISH}")
    assert (new.data["text"], new.origin["source"]["span"]) == (ENGLISH.strip(), [2, 1 + len(ENGLISH)])
    (drop,) = chunks("chunk.whole", ENGLISH * 20, size=100)
    assert (drop.reason, "`size` is 100" in drop.detail) == ("too_long", True)
    assert chunks("chunk.whole", " ")[0].reason == "empty_text"


@pytest.mark.parametrize(("settings_", "said"), [({"overlap": 40, "size": 40}, "`overlap`"), ({"min_size": 50, "size": 40}, "`min_size`")])
def test_settings_that_leave_no_room(settings_: dict[str, int], said: str) -> None:
    for kind in SHARING:
        with pytest.raises(ValueError, match=said):
            registry.step(kind)(**settings_)
