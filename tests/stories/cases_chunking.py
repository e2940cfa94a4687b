"""Two settings of each way of cutting a text that must give two results; see test_options.py."""

from __future__ import annotations

from typing import Any

PROSE = (
    "Tea is a drink made from leaves. It is drunk in Assam because the climate is warm. The harvest begins in March 1998. "
    "A bush yields 12 kg of leaves each year.\n\nCoffee is a drink made from beans. To roast coffee, heat the beans for ten minutes.\n"
)
MARKDOWN = "# Drinks\n\n" + PROSE + "\n## Colder ones\n\n" + PROSE * 3 + "\n## End\n\nShort."
HTML = f"<h1>Drinks</h1><p>{PROSE}</p><h2>Colder ones</h2><p>{PROSE * 3}</p><h2>End</h2><p>Short.</p>"
PYTHON = "import os\n\ndef f(x):\n    return x + 1\n\nclass A:\n    def g(self):\n        return os.name\n"
TALK = [{"role": role, "content": f"{role} says number {n}"} for n in range(5) for role in ("user", "assistant")]
TRANSCRIPT = "user: one\n\nassistant: two\n\nuser: three"
GERMAN = {"text": "Überschwemmungsgebiete und Straßenbahnhaltestellen " * 10}
TWO = {"text": PROSE * 2, "other": "Something else is a thing that stands here."}


def to(setting: str, one: Any, two: Any, row: dict[str, Any], origin: Any = None, **both: Any) -> tuple[Any, ...]:
    """What a Case is made of: the step with the one value of a setting and with the other (... stands for its default), the row that is cut, no
    answer of a model, and where the row comes from."""
    first, second = ({**both, **({} if value is ... else {setting: value})} for value in (one, two))
    return first, second, (row,), None, origin or {}


def _shared(size: int = 32, **more: Any) -> dict[str, Any]:
    return {
        "column": to("column", "text", "other", TWO, size=size, **more),
        "size": to("size", size, 4 * size, TWO, **more),
        "model": to("model", "gpt-4o", "gpt-2", GERMAN, size=size, **more),
    }

EMBEDDED = {"embedder": "embedder"}
TURNS = {"source": {"name": "f", "span": [0, len(TRANSCRIPT)], "marks": {"turns": [[0, "user"], [11, "assistant"], [27, "user"]]}}}
PAGES = {"source": {"name": "f", "span": [0, len(PROSE * 2)], "marks": {"pages": [[0, 1], [90, 2], [400, 3]]}}}

CASES = {
    "chunk.tokens": {
        **_shared(16),
        "overlap": to("overlap", 0, 8, TWO, size=32),
        "min_size": to("min_size", 0, 16, {"text": "One sentence of eight words stands right here. " * 8 + "The end."}, size=72, overlap=0),
    },
    "chunk.markdown": {
        **_shared(40),
        "heading": to("heading", "heading", "", {"text": MARKDOWN}),
        "overlap": to("overlap", 0, 12, {"text": MARKDOWN}, size=48),
        "merge": to("merge", ..., 0.0, {"text": "Intro.\n\n" + MARKDOWN}, size=64),
        "min_size": to("min_size", 0, 60, {"text": "Intro.\n\n" + MARKDOWN}, size=64),
    },
    "chunk.sentences": {
        **_shared(),
        "overlap": to("overlap", 0, 20, TWO, size=40),
        "min_size": to("min_size", 0, 20, {"text": "One sentence of eight words stands right here. " * 8 + "The end."}, size=72),
    },
    "chunk.html": {
        "column": to("column", "text", "other", {"text": HTML, "other": PROSE}),
        "size": to("size", 40, 400, {"text": HTML}),
        "model": to("model", "gpt-4o", "gpt-2", GERMAN, size=40),
        "heading": to("heading", "heading", "", {"text": HTML}),
        "merge": to("merge", ..., 0.0, {"text": HTML}, min_size=0),
        "min_size": to("min_size", 0, 30, {"text": HTML}),
    },
    "chunk.semantic": {
        **_shared(),
        "embedder": to("embedder", "embedder", "other", TWO),
        "between": to("between", "sentences", "blocks", TWO, min_size=0, **EMBEDDED),
        "window": to("window", 1, 4, TWO, min_size=0, **EMBEDDED),
        "threshold": to("threshold", ..., 1.0, TWO, min_size=0, **EMBEDDED),
        "percentile": to("percentile", 90, 0, TWO, between="sentences", min_size=0, **EMBEDDED),
        "merge": to("merge", ..., -1.0, TWO, threshold=1.0, min_size=0, **EMBEDDED),
        "min_size": to("min_size", 0, 400, TWO, threshold=1.0, **EMBEDDED),
    },
    "chunk.code": {
        "column": to("column", "text", "other", {"text": PYTHON, "other": "def h(): pass"}, language="python"),
        "size": to("size", 8, 400, {"text": PYTHON}, language="python"),
        "model": to("model", "gpt-4o", "gpt-2", {"text": PYTHON}, language="python", size=16),
        "language": to("language", "", "python", {"text": PYTHON}),
        "symbol": to("symbol", "symbol", "", {"text": PYTHON}, language="python"),
        "merge": to("merge", ..., 0.0, {"text": PYTHON}, language="python"),
        "min_size": to("min_size", 0, 400, {"text": PYTHON}, language="python"),
    },
    "chunk.turns": {
        "column": to("column", "messages", "others", {"messages": TALK, "others": TALK[:4]}),
        "size": to("size", 16, 400, {"messages": TALK}),
        "model": to("model", "gpt-4o", "gpt-2", {"messages": [{"role": "user", "content": GERMAN["text"]}]}),
        "overlap": to("overlap", 0, 2, {"messages": TALK}, size=20),
        "text": to("text", "text", "", {"messages": TALK[:3], "text": TRANSCRIPT}, TURNS, size=10),
    },
    "chunk.pages": {
        "column": to("column", "text", "other", {"text": PROSE * 2, "other": (PROSE * 2).replace("Tea", "Ale")}, PAGES),
        "size": to("size", 16, 400, {"text": PROSE * 2}, PAGES),
        "model": to("model", "gpt-4o", "gpt-2", {"text": (GERMAN["text"] * 9)[: len(PROSE * 2)]}, PAGES),
        "overlap": to("overlap", 0, 8, {"text": PROSE * 2}, PAGES),
        "merge": to("merge", ..., 0.0, {"text": PROSE * 2}, PAGES, size=400),
        "min_size": to("min_size", 0, 100, {"text": PROSE * 2}, PAGES, size=400),
    },
    "chunk.whole": {
        "column": to("column", "text", "other", TWO),
        "size": to("size", 20, 400, TWO),
        "model": to("model", "gpt-4o", "gpt-2", GERMAN),
    },
}
"""Step -> setting -> what its Case is made of."""
