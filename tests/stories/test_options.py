"""Every option changes what happens. The tables below are walked against the registry and the classes: a new setting without a case here fails.

What each sampling setting sends and how each limit of the gate holds is shown in tests/llm; here each is set in a recipe.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from asking_context import Asked
from cases import PROSE, Case, to
from cases_catalogue import CASES as CATALOGUE
from cases_checks import CASES as CHECKS
from cases_chunking import CASES as CUT
from cases_cleaning import CASES as CLEANING
from cases_code import CASES as CODE
from cases_conversations import CASES as CONVERSATIONS
from cases_documents import CASES as DOCUMENTED
from cases_duplicates import CASES as DUPLICATES
from cases_duplicates import CLOSE, ITEM
from cases_instructions import CASES as INSTRUCTIONS
from cases_preference import CASES as PREFERENCES
from cases_quality_pii import CASES as HARM
from cases_rewriting import CASES as REWRITING
from cases_seeds import CASES as SEEDS
from cases_selection import CASES as SELECTION
from cases_sources import CASES as SOURCES
from cases_sources import documents
from cases_variation import CASES as VARIATION
from media_files import png
from running import Bench, Plain, ask, texts
from set_rows import ListRows
from step_context import StepContext
from workbooks import workbook

from rowsmith import registry
from rowsmith.connectors.vectors import open_index
from rowsmith.core.errors import Invalid, RowFailed, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.steps.paths import expand

# -- settings of steps ----------------------------------------------------------------------------------------------------------------------



LABELLED = tuple({"text": f"{n} says {n * 31}", "label": "a" if n < 3 else "b", "n": n} for n in range(10))
HALVES = {"a": 0.5, "b": 0.5}
MANY_WORDS = {"text": "words and more words. " * 200}
PAIRS = {"pairs": [{"input": f"{n}?", "answer": f"{n}."} for n in range(20)]}
ANSWERED = {"text": PROSE, "context": "Another source.", "answer": "Tea is a drink made from leaves in Peru", "reply": "Coffee is a drink"}
BORNE_OUT = {"verdicts": [{"sentence": 1, "quote": "Tea is a drink made from leaves", "supported": True}]}
JUDGED = {name: {"reason": "so", "score": score} for name, score in (("relevance", 9), ("accuracy", 3), ("completeness", 6), ("clarity", 6))}
ASKED = {"reason": "so", "holds": True}


def divided() -> Callable[[Any], Any]:
    """Two of three draws give 9, one 3."""
    scores = cycle((9, 3, 9))

    def give(messages: Any) -> Any:
        score = next(scores)
        return {name: {"reason": "so", "score": score} for name in JUDGED}

    return give


def torn() -> Callable[[Any], Any]:
    """A judge who sees the same answer better in both orders, and another time goes by the place."""
    places = cycle("1211")
    return lambda _: {"reason": "so", "better": next(places)}


PREFERRED = {"reason": "so", "better": "1"}
LOW = {"scores": {"overall": 2}, "text": "x"}


def entailing(pair: Any) -> dict[str, float]:
    """The scores of a model of natural language inference."""
    return {"entailment": 0.7, "contradiction": 0.1, "neutral": 0.2}


def failing(messages: Any) -> Any:
    raise RowFailed("schema", "no score")


CORPUS = Path(__file__).parents[1] / "corpus" / "files"
DOCUMENTS = ["i.html", "j.ipynb", "k.pdf", "l.pdf"]
SOWN = (
    b"bread dough oven flour crust", b"dough bread flour oven yeast", b"oven crust bread yeast dough", b"flour yeast bread crust oven",
    b"wheel chain brake pedal spoke", b"chain wheel pedal brake gear", b"brake gear wheel spoke chain", b"pedal spoke wheel gear brake",
)  # fmt: skip
FILES = {
    "a.jsonl": b'{"id": 1, "name": "n1", "text": "one"}\n"plain text"\n{"name": "n2", "text": "two"}\n',
    "s.xlsx": workbook([["text"], ["one"]], [["text"], ["two"]]),
    "b.csv": b"name,text;more\nn1,caf\xe9\n",
    "c.md": b"# Title\n",
    "shop.sql": b"CREATE TABLE item (id INTEGER);",
    "d.txt": b"name,text\nn3,three\n" + b"x" * 300,
    "e.png": png(),
    "f.jsonl": b'{"instruction": "one?", "output": "1", "topic": "n"}\n{"instruction": "two?", "output": "2", "topic": "m"}\n',
    "i.html": b"<html><body><nav>Home</nav><article><h1>T</h1><p>" + b"Words of a text. " * 30 + b"</p></article></body></html>",
    "j.ipynb": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": "1 + 1", "metadata": {}, '
    b'"execution_count": 1, "outputs": [{"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1}]}]}',
    "k.pdf": (CORPUS / "tables-reportlab-en.pdf").read_bytes(),
    "l.pdf": (CORPUS / "scanned-en.pdf").read_bytes(),
    "g.jsonl": b'{"messages": [{"role": "user", "content": "one?"}, {"role": "bot", "content": "1"}]}\n',
    "v.jsonl": b'{"text": "salt belongs into bread", "vector": [0.1, 1.0]}\n',
    "q.txt": ITEM.encode(),
    "c.txt": b"how many bells hang in the tower of the old town hall today",
    "names.yaml": b"product: [Alto, Brio]\n",
    "words.txt": b"quick, nimble\nanswer, echo\n",
    "seeds.jsonl": b"".join(b'{"input": "%s?", "answer": "%s."}\n' % (one, one[::-1]) for one in SOWN),
    "topics.txt": b"Bread\n  Rye\n  Wheat\nPaper\n",
    "look/p.png": png(),
    "p.jsonl": b'{"conversations": [{"from": "human", "value": "<image>\\nWhat?"}, {"from": "gpt", "value": "A cat."}], "images": ["look/p.png"]}\n',
    "h.jsonl": b'{"row_idx": 4, "row": {"topic": "n"}, "truncated_cells": []}\n',
}
SEEN = {"text": "x", "image": {"file": "ab" * 32, "media_type": "image/png"}}


CASES: dict[str, dict[str, Case]] = {
    "read.files": {
        "paths": to("paths", ["a.jsonl"], ["c.md"]),
        "kinds": to("kinds", ["md"], ["md", "jsonl"], paths=["."]),
        "format": to("format", ..., "csv", paths=["d.txt"]),
        "key": to("key", ..., "name", paths=["a.jsonl"]),
        "encoding": to("encoding", "utf-8", "latin-1", paths=["b.csv"]),
        "delimiter": to("delimiter", ",", ";", paths=["b.csv"], encoding="latin-1"),
        "text_column": to("text_column", "text", "body", paths=["c.md"]),
        **documents(paths=DOCUMENTS),
        "max_line_bytes": to("max_line_bytes", ..., 20, paths=["a.jsonl"]),
        "max_file_bytes": to("max_file_bytes", ..., 100, paths=["d.txt"]),
        "media_column": to("media_column", ..., "photo", paths=["e.png"], format="image"),
        "max_media_bytes": to("max_media_bytes", ..., 20, paths=["e.png"], format="image"),
        "sample": to("sample", ..., 1, paths=["a.jsonl", "c.md"]),
        "seed": to("seed", 1, 2, paths=["a.jsonl", "c.md"], sample=1),
        "licence": to("licence", ..., "CC-BY-4.0", paths=["a.jsonl"]),
        "terms": to("terms", ..., "own", paths=["c.md"]),
    },
    "read.records": {
        "paths": to("paths", ["f.jsonl"], ["a.jsonl", "f.jsonl"]),
        "format": to("format", ..., "jsonl", paths=["f.jsonl"]),
        "images": to("images", ..., ["look"], paths=["p.jsonl"]),
        "rename": to("rename", ..., {"topic": "about"}, paths=["f.jsonl"]),
        "constants": to("constants", ..., {"from": "us"}, paths=["f.jsonl"]),
        "roles": to("roles", ..., {"bot": "assistant"}, paths=["g.jsonl"], format="openai"),
        "only": to("only", ..., ["topic"], paths=["f.jsonl"], format="jsonl"),
        "places": to("places", ..., {"f.jsonl": {"url": "https://example.com/f.jsonl"}}, paths=["f.jsonl"]),
        "answers": to("answers", ..., True, paths=["h.jsonl"], format="jsonl"),
        "key": to("key", ..., "topic", paths=["f.jsonl"]),
        "encoding": to("encoding", "latin-1", "cp1251", paths=["b.csv"], format="jsonl"),
        "delimiter": to("delimiter", ",", ";", paths=["b.csv"], format="jsonl", encoding="latin-1"),
        "sheet": to("sheet", "Sheet1", "Sheet2", paths=["s.xlsx"], format="jsonl"),
        "header": to("header", True, False, paths=["b.csv"], format="jsonl", encoding="latin-1"),
        "licence": to("licence", ..., "CC-BY-4.0", paths=["f.jsonl"]),
        "terms": to("terms", ..., "own", paths=["f.jsonl"]),
    },
    "read.dataset": {"dataset": to("dataset", "qa", "faq"), "files": to("files", ["a.jsonl"], ["f.jsonl"]),
                     "ids": to("ids", ..., ["ab" * 16], dataset="qa"),
                     "flags": to("flags", ..., False, dataset="checked"), "reviews": to("reviews", ..., True, dataset="qa")},
    "read.rows": {
        "rows": to("rows", [{"a": 1}], [{"a": 2}]),
        "key": to("key", ..., "name", rows_=[{"id": 1, "name": "n"}]),
        "licence": to("licence", ..., "CC-BY-4.0", rows_=[{"a": 1}]),
        "terms": to("terms", ..., "own", rows_=[{"a": 1}]),
    },
    **{kind: {name: Case(*made) for name, made in cases.items()} for kind, cases in CUT.items()},
    **CLEANING,
    **DOCUMENTED,
    **CODE,
    **DUPLICATES,
    **HARM,
    **REWRITING,
    **SELECTION,
    **SOURCES,
    **VARIATION,
    **CHECKS,
    **CATALOGUE,
    **SEEDS,
    **PREFERENCES,
    **INSTRUCTIONS,
    **CONVERSATIONS,
    "filter.balance": {
        "by": to("by", "text", "label", LABELLED),
        "cap": to("cap", ..., 1, LABELLED, by="label"),
        "shares": to("shares", {"a": 0.5, "b": 0.5}, {"a": 1.0}, LABELLED, by="label"),
        "seed": to("seed", 1, 2, LABELLED, by="label"),
    },
    "filter.sample": {
        "n": to("n", 1, 2, LABELLED),
        "share": to("share", 0.2, 0.6, LABELLED),
        "how": to("how", "top", "weighted", LABELLED, n=2, by="n"),
        "by": to("by", "n", "0 - n", LABELLED, n=2, how="top"),
        "equal_strata": to("equal_strata", False, True, LABELLED, n=4, how="stratified", by="label"),
        "seed": to("seed", 1, 2, LABELLED, n=3),
    },
    "transform.split": {
        "parts": to("parts", {"a": 0.5, "b": 0.5}, {"a": 0.9, "b": 0.1}, LABELLED),
        "by": to("by", ["source"], ["group:label"], LABELLED, parts=HALVES),
        "stratify": to("stratify", ..., "label", LABELLED, parts=HALVES, by=[]),
        "seed": to("seed", 1, 2, LABELLED, parts=HALVES),
        "column": to("column", "split", "part", LABELLED, parts=HALVES),
        "similarity": to("similarity", 0.5, 0.95, CLOSE, parts=HALVES),
        "compare": to("compare", ["text"], ["label"], LABELLED, parts=HALVES),
    },
    "filter.where": {
        "where": to("where", "n > 2", "n > 3"),
        "retry_from": to("retry_from", "", "write", where="n > 3"),
        "retry_times": to("retry_times", 1, 2, where="n > 3", retry_from="write"),
        "reason": to("reason", "where", "small", where="n > 3"),
    },
    "generate.columns": {
        "prompt": to("prompt", "A {{ text }}", "B {{ text }}"),
        "system": to("system", "", "Be brief.", prompt="A"),
        "output": to("output", {"a": "string"}, {"b": "integer"}, answer={"a": "x", "b": 1}, prompt="A"),
        "schema": to("schema", ..., {"type": "object", "properties": {"a": {"type": "string"}}}, answer={"a": "x"}, prompt="A"),
        "into": to("into", "text", "said", answer="x", prompt="A"),
        "columns": to("columns", ["text"], ["text", "title"], prompt="{{ row }}", answer="x"),
        "attach": to("attach", [], ["image"], (SEEN,), prompt="A", answer="x"),
        "forward": to("forward", [], ["title"], prompt="A", answer="x"),
        "skip": to("skip", "n > 5", "n > 1", prompt="A", answer="x"),
        "count": to("count", 1, 2, prompt="A", output={"a": "string"}, answer=lambda m: {"rows": [{"a": "x"}] * 2} if "2" in str(m) else {"a": "x"}),
        "draws": to("draws", 1, 2, prompt="A", answer="x"),
        "fence": to("fence", [], ["text"], prompt="{{ text }}", answer="x"),
        "language": to("language", "", "French", prompt="A", answer="x"),
        "model": to("model", "writer", "other", prompt="A", answer="x"),
    },
    "generate.extractive_qa": {
        "column": to("column", "text", "other"),
        "rules": to("rules", ["definition"], ["number", "date", "reason"]),
        "max_per_row": to("max_per_row", 1, 4),
        "min_answer_words": to("min_answer_words", 1, 9),
        "max_answer_words": to("max_answer_words", 2, 40),
        "context": to("context", False, True),
        "forward": to("forward", [], ["title"]),
    },
    "generate.qa": {
        "column": to("column", "text", "other", answer=PAIRS),
        "density": to("density", 1, 2, (MANY_WORDS,), answer=PAIRS),
        "max_pairs": to("max_pairs", 1, 2, (MANY_WORDS,), answer=PAIRS),
        "language": to("language", "French", "German", answer=PAIRS),
        "domain": to("domain", "law", "tea", answer=PAIRS),
        "style": to("style", "sentences", "short", answer=PAIRS),
        "context": to("context", False, True, answer=PAIRS),
        "forward": to("forward", [], ["title"], answer=PAIRS),
        "prompt": to("prompt", "{{ text }} {{ count }}", "{{ count }} {{ text }}", answer=PAIRS),
        "system": to("system", "", "Be brief.", answer=PAIRS),
        "model": to("model", "writer", "other", answer=PAIRS),
    },
    "score.grounded": {
        "column": to("column", "answer", "reply", (ANSWERED,)),
        "against": to("against", "text", "context", (ANSWERED,)),
        "run": to("run", 3, 20, (ANSWERED,)),
        "least": to("least", 0.4, 1.0, ({"text": PROSE, "answer": "Visitors love that tea is made from leaves."},)),
        "action": to("action", "flag", "drop", ({"text": PROSE, "answer": "The harvest begins in March 1989."},)),
        "into": to("into", "grounded", "quoted", (ANSWERED,)),
        "missing": to("missing", "fail", "pass", ({"answer": "Nothing says so."},)),
        "model": to("model", ..., "judge", (ANSWERED,), BORNE_OUT),
        "prompt": to("prompt", ..., "{{ record }}: {{ sentences }}?", (ANSWERED,), BORNE_OUT, model="judge"),
        "system": to("system", ..., "", (ANSWERED,), BORNE_OUT, model="judge"),
        "classifier": to("classifier", ..., "nli", (ANSWERED,), entailing),
        "sure": to("sure", ..., 0.9, (ANSWERED,), entailing, classifier="nli"),
        "passage": to("passage", ..., 5, (ANSWERED,), entailing, classifier="nli"),
    },
    "score.judge": {
        "criteria": to("criteria", {"accuracy": "right"}, {"clarity": "clear"}, answer=JUDGED),
        "rubric": to("rubric", ..., {"criteria": {"accuracy": {"description": "It is right.", "weight": 3}, "clarity": "Clear."}}, answer=JUDGED),
        "guidance": to("guidance", "", "Short is good.", answer=JUDGED),
        "also": to("also", [], ["other"], answer=JUDGED),
        "draws": to("draws", 1, 2, answer=JUDGED),
        "combine": to("combine", "mean", "majority", answer=divided(), draws=3),
        "disagree": to("disagree", 0.1, 0.9, answer=divided(), draws=3),
        "scale": to("scale", [1, 10], [1, 5], answer=JUDGED),
        "weights": to("weights", {}, {"accuracy": 5}, answer=JUDGED),
        "columns": to("columns", ["text"], ["title"], answer=JUDGED),
        "attach": to("attach", [], ["image"], (SEEN,), answer=JUDGED),
        "source": to("source", ..., "other", columns=["text"], answer=JUDGED),
        "into": to("into", "judge", "second", answer=JUDGED),
        "required": to("required", True, False, answer=failing),
        "prompt": to("prompt", "{{ record }} {{ criteria }}", "{{ criteria }} {{ record }}", answer=JUDGED),
        "system": to("system", "", "Be strict.", answer=JUDGED),
        "model": to("model", "judge", "other", answer=JUDGED),
    },
    "score.metric": {
        "metric": to("metric", "f1", "exact", (ANSWERED,), expected="reply"),
        "answer": to("answer", "answer", "text", (ANSWERED,), metric="f1", expected="reply"),
        "expected": to("expected", "reply", "context", (ANSWERED,), metric="f1"),
        "into": to("into", "metric", "good", (ANSWERED,), expected="reply"),
    },
    "score.preference": {
        "first": to("first", "answer", "context", (ANSWERED,), PREFERRED, second="reply"),
        "second": to("second", "reply", "context", (ANSWERED,), PREFERRED, first="answer"),
        "task": to("task", ..., ["text"], (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "criteria": to("criteria", ..., "The shorter one.", (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "into": to("into", "preference", "choice", (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "prompt": to("prompt", "{{ record }} {{ criteria }}", "{{ criteria }} {{ record }}", (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "system": to("system", "", "Be strict.", (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "model": to("model", "judge", "other", (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "also": to("also", [], ["other"], (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "draws": to("draws", 1, 2, (ANSWERED,), PREFERRED, first="answer", second="reply"),
        "disagree": to("disagree", 0.2, 0.9, (ANSWERED,), torn(), first="answer", second="reply", draws=2),
        "required": to("required", True, False, (ANSWERED,), failing, first="answer", second="reply"),
    },
    "score.question": {
        "question": to("question", "Is it kind?", "Is it short?", answer=ASKED),
        "within": to("within", "", "title", answer=ASKED, question="So?"),
        "where": to("where", ..., "n > 5", answer=ASKED, question="So?"),
        "sample": to("sample", 1.0, 1e-9, answer=ASKED, question="So?"),
        "seed": to("seed", 1, 5, answer=ASKED, question="So?", sample=0.5),
        "required": to("required", True, False, answer=failing, question="So?"),
        "into": to("into", "question", "kind", answer=ASKED, question="So?"),
        "model": to("model", "judge", "other", answer=ASKED, question="So?"),
    },
    "score.similarity": {
        "column": to("column", "answer", "reply", (ANSWERED,)),
        "against": to("against", "text", "context", (ANSWERED,)),
        "to": to("to", "", "Tea from Peru", (ANSWERED,)),
        "into": to("into", "similarity", "near", (ANSWERED,)),
        "model": to("model", "embedder", "other", (ANSWERED,)),
    },
    "transform.columns": {
        "rename": to("rename", {}, {"n": "m"}),
        "set": to("set", {}, {"line": "{{ title }}: {{ text }}"}),
        "compute": to("compute", {}, {"twice": "n * 2"}),
        "keep": to("keep", [], ["n"]),
        "drop": to("drop", [], ["n"]),
    },
    "write.files": {
        "path": to("path", "out.jsonl", "other.jsonl"),
        "format": to("format", "jsonl", "csv", path="out"),
        "provenance": to("provenance", "column", "sidecar", path="out"),
        "split_by": to("split_by", None, "text", ({"text": "a"}, {"text": "b"}), path="out/"),
        "shard_rows": to("shard_rows", None, 1, ({"text": "a"}, {"text": "b"}), path="out/"),
        "suffix": to("suffix", ".jsonl", ".csv", path="out/"),
        "spreadsheet_safe": to("spreadsheet_safe", False, True, ({"text": "=1+1"},), path="out", format="csv"),
    },
}

EVERY = [
    (kind, field.alias or name)
    for kind in registry.step_kinds()
    for name, field in registry.step(kind).model_fields.items()
    if name not in ("name", "from_")
]


def test_every_setting_of_every_step_has_its_case() -> None:
    assert {(kind, setting) for kind, cases in CASES.items() for setting in cases} == set(EVERY)


@pytest.mark.parametrize(("kind", "setting"), EVERY)
def test_a_setting_of_a_step_changes_what_it_asks_or_gives(kind: str, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[kind][setting]
    assert case.one.get(setting, ...) != case.two.get(setting, ...) or "rows_" in case.one
    for name, body in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(body)
    monkeypatch.chdir(tempfile.mkdtemp(dir=tmp_path))
    one = outcome(kind, case.one, case, tmp_path)
    assert one == outcome(kind, case.one, case, tmp_path)
    assert one != outcome(kind, case.two, case, tmp_path)


def outcome(kind: str, settings: Plain, case: Case, folder: Path) -> Any:
    """All that the step asks, gives and writes."""
    given = {("rows" if name == "rows_" else name): value for name, value in settings.items()}
    step: Any = registry.step(kind).model_validate(given)
    rows = [Row(f"{n:032x}", n.to_bytes(6, "big"), dict(data), {}, dict(case.origin)) for n, data in enumerate(case.rows)]
    ctx = StepContext(folder, step.title)
    if step.shape == "source":
        return step.asked(), step.address, read(step, ctx)
    if step.shape == "set":
        given_back = given_by(lambda: list(step.all(ListRows(rows), ListRows(), ctx)))
        written = {str(path): body(path) for path in sorted(Path().rglob("*")) if path.is_file()}
        for name in written:
            Path(name).unlink()
        for folder in [path for path in Path().iterdir() if path.is_dir()]:
            folder.rmdir()
        return given_back, written
    if step.shape == "asking":
        return [asked(step, one, case.answer, StepContext(folder, step.title)) for one in rows]
    return [given_by(lambda one=one: list(step.rows(one, ctx))) for one in rows]


def body(path: Path) -> Any:
    """What a file says; an index of vectors is never the same in its bytes."""
    if path.suffix != ".duckdb":
        return path.read_bytes()
    with closing(open_index("builtin", str(path.parent), path.parent)) as index:
        return index.near(array("f", [1.0, 0.5]).tobytes(), 10)


def read(step: Any, ctx: StepContext) -> Any:
    """What a source gives; where it is fetched from outside, of a file that is taken for what came."""
    if step.reaches:
        came = ["a.jsonl"] if step.reaches == "databases" else DOCUMENTS
        ctx.paths = lambda patterns: expand(came, ctx.folder)  # type: ignore[method-assign]
    return given_by(lambda: list(step.read(ctx)))


def given_by(make: Callable[[], Any]) -> Any:
    """What it gives, or why not: an extra that is not there is named."""
    try:
        return make()
    except (Unavailable, Invalid, RowFailed) as error:
        return str(error)


def asked(step: Any, one: Row, answer: Any, lent: StepContext) -> Any:
    import asyncio

    ctx = Asked(answer if callable(answer) else lambda _: answer, range(step.count(one) or 0))
    ctx.step, ctx.lent = step.title, lent
    try:
        given = asyncio.run(step.rows(one, ctx)) if step.count(one) != 0 else ["skipped"]
    except (RowFailed, Invalid, KeyError, TypeError) as error:
        given = [str(error)]
    return ctx.asks, given


def test_the_name_of_a_step_is_in_the_ids_and_its_from_says_whose_rows_it_takes(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        two = (texts("one"), {**texts("two"), "name": "second"})
        chunk = {"kind": "chunk.tokens", "from": ["read.rows", "second"]}
        both, renamed = bench.run(*two, chunk), bench.run(*two, {**chunk, "name": "cut"})
        assert bench.said(both) == bench.said(renamed) == ["one", "two"]
        assert not {row.id for row in bench.rows(both)} & {row.id for row in bench.rows(renamed)}
        assert bench.said(bench.run(texts("one"), chunk | {"from": "read.rows"})) == ["one"]


# -- settings of models ---------------------------------------------------------------------------------------------------------------------

SENT: dict[str, tuple[Any, dict[str, Any]]] = {
    "temperature": (0.3, {"temperature": 0.3}),
    "top_p": (0.9, {"top_p": 0.9}),
    "max_tokens": (77, {"max_tokens": 77}),
    "frequency_penalty": (0.5, {"frequency_penalty": 0.5}),
    "presence_penalty": (-0.5, {"presence_penalty": -0.5}),
    "seed": (7, {"seed": 7}),
    "stop": (["END"], {"stop": ["END"]}),
    "reasoning_effort": ("low", {"reasoning_effort": "low"}),
    "extra": ({"top_k": 5}, {"top_k": 5}),
    "answers": ("object", {"response_format": {"type": "json_object"}}),
    "template": ("chatml", {"stop": ["<|im_end|>"]}),
    "token_field": ("max_completion_tokens", {"max_completion_tokens": 1024}),
    "model": ("openai/other", {"model": "other"}),
}
"""Setting -> a value, and what of the request's body it changes."""


@pytest.mark.parametrize("setting", SENT)
def test_what_a_model_is_set_to_is_sent(setting: str, tmp_path: Path) -> None:
    value, sent = SENT[setting]
    with Bench(tmp_path) as bench:
        for settings in ({}, {setting: value}):
            assert bench.run(texts("a"), ask(), top={"models": {"writer": bench.model(**settings)}}, new=True).kept == 1
        before, after = (request.data for request in bench.asked)
        changed = {name: after.get(name) for name in {*before, *after} if before.get(name) != after.get(name)}
        assert changed.items() >= sent.items()
        assert not any(name in before and before[name] == given for name, given in sent.items())


def other_address(bench: Bench) -> tuple[Plain, Callable[[], None]]:
    from rowsmith.testing import ModelServer

    other = ModelServer()
    other.__enter__()

    def seen() -> None:
        try:
            assert (len(other.calls), len(bench.asked)) == (1, 0)
        finally:
            other.__exit__(None, None, None)

    return {"base_url": other.url}, seen


def own_key(bench: Bench) -> tuple[Plain, Callable[[], None]]:
    bench.server.change(api_key="second-key")
    bench.environ |= {"OPENAI_API_KEY": "first-key", "MY_KEY": "second-key"}
    return {"api_key_env": "MY_KEY"}, lambda: None


def failing_calls(fault: str, expected: int, **settings: Any) -> Callable[[Bench], tuple[Plain, Callable[[], None]]]:
    def prepare(bench: Bench) -> tuple[Plain, Callable[[], None]]:
        bench.server.change(faults={fault: 1})

        def seen() -> None:
            assert len(bench.asked) == expected

        return settings, seen

    return prepare


def slow(fault: str, **settings: Any) -> Callable[[Bench], tuple[Plain, Callable[[], None]]]:
    return failing_calls(fault, 1, retries=0, **settings)


BEHAVIOUR: dict[str, tuple[Callable[[Bench], tuple[Plain, Callable[[], None]]], str]] = {
    "base_url": (other_address, "finished"),
    "api_key_env": (own_key, "finished"),
    "reasks": (failing_calls("cut", 4, reasks=3), "shortfall"),
    "retries": (failing_calls("500", 2, retries=1), "shortfall"),
    "first_byte_s": (slow("hang", first_byte_s=0.1), "shortfall"),
    "idle_s": (slow("stall", idle_s=0.1), "shortfall"),
    "total_s": (slow("slow_body:0.05", total_s=0.2), "shortfall"),
}


@pytest.mark.parametrize("setting", BEHAVIOUR)
def test_what_a_model_is_set_to_is_done(setting: str, tmp_path: Path) -> None:
    prepare, state = BEHAVIOUR[setting]
    with Bench(tmp_path) as bench:
        settings, seen = prepare(bench)
        assert bench.run(texts("a"), ask(), top={"models": {"writer": bench.model(**settings)}}).state == state
        seen()


def test_concurrency(tmp_path: Path) -> None:
    with Bench(tmp_path, latency=0.02) as bench:
        for most in (1, 3):
            steps = (texts(*(f"{most} {n}" for n in range(9))), ask())
            bench.run(*steps, top={"models": {"writer": bench.model(concurrency=most)}})
            assert max(call.in_flight for call in bench.server.calls.requests if f"Say {most} " in call.text) == most


@pytest.mark.parametrize(("setting", "value", "said"), [("rpm", 1, "throttled"), ("tpm", 1200, "throttled"), ("rpd", 1, "throttled")])
def test_rates(setting: str, value: int, said: str, tmp_path: Path) -> None:
    """The second call of a minute or a day has to wait: the run is stopped once it has kept the row of the first."""
    from rowsmith.engine.terms import Progress, Stopping

    with Bench(tmp_path) as bench:
        stopping = Stopping()

        def stop(progress: Progress) -> None:
            if progress.tally.kept:
                stopping.stop(0)

        models = {"writer": bench.model(**{setting: value})}
        result = bench.run(texts("a", "b"), ask(), top={"models": models}, stopping=stopping, on_progress=stop)
        assert (len(bench.asked), result.kept, result.state in ("stopped", "paused")) == (1, 1, True)


def test_prices(tmp_path: Path) -> None:
    with Bench(tmp_path, tokens_in=1000, tokens_out=100) as bench:
        priced = {"price_in": 2.0, "price_out": 30.0}
        costs = {}
        for name, settings in {"none": {}, "both": priced, "in": {**priced, "price_in": 4.0}, "out": {**priced, "price_out": 0}}.items():
            costs[name] = bench.run(texts("a"), ask(), top={"models": {"writer": bench.model(**settings)}}, fresh=True).cost_usd
        assert costs == {"none": None, "both": pytest.approx(0.005), "in": pytest.approx(0.007), "out": pytest.approx(0.002)}


def test_batches(tmp_path: Path) -> None:
    with Bench(tmp_path, tokens_in=1000, tokens_out=100, batch_s=0.05) as bench:
        priced = {"price_in": 2.0, "price_out": 30.0}
        steps = (texts(*"abcde"), ask())
        costs, sizes = [], []
        for settings in ({}, {"price_batch": 0.5}, {"batch_size": 2}):
            done = bench.run(*steps, top={"models": {"writer": bench.model(**priced, **settings)}}, fresh=True, batch=True)
            costs.append(done.cost_usd)
            sizes.append([batch.requests for batch in done.batches])
        assert costs == [pytest.approx(0.025), pytest.approx(0.0125), pytest.approx(0.025)]
        assert sizes == [[5], [5], [2, 2, 1]]


def test_settings_of_embedding_models(tmp_path: Path) -> None:
    similar = {"kind": "score.similarity", "column": "text", "to": "tea"}

    def sent(bench: Bench, **settings: Any) -> list[Any]:
        before = len(bench.asked)
        done = bench.run(texts("a", "b", "c"), similar, top={"models": {"embedder": bench.model(**settings)}}, fresh=True)
        assert done.kept == 3
        return [request.data for request in bench.asked[before:]]

    with Bench(tmp_path) as bench:
        assert all("dimensions" not in data for data in sent(bench))
        assert {data["dimensions"] for data in sent(bench, dimensions=12)} == {12}
        assert max(len(data["input"]) for data in sent(bench, concurrency=1)) > 1
        assert [len(data["input"]) for data in sent(bench, texts_per_request=1)] == [1] * 4


@pytest.mark.parametrize("setting", ["licence", "terms"])
def test_what_binds_a_models_answers_is_in_their_origin(setting: str, tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        for given in ({}, {setting: "own"}):
            (row,) = bench.rows(bench.run(texts("a"), ask(), top={"models": {"writer": bench.model(**given)}}))
            assert row.origin["made"][-1].get(setting) == given.get(setting)
        assert len(bench.asked) == 1


def test_every_setting_of_a_model_has_its_case() -> None:
    """Some need what no recipe over the scripted server has (an address that never answers, a local model, a provider's plan); they have
    theirs in tests/llm/test_model_settings.py."""
    alone = {
        "connect_s", "context", "gpu_layers", "threads", "tokenizer", "tier", "rpd_zone", "price_above", "price_cached_in",
        "price_cache_write", "price_reasoning_out",
    }  # fmt: skip
    shown = {
        *SENT, *BEHAVIOUR, *alone, "dimensions", "texts_per_request", "batch_size", "price_batch", "concurrency", "rpm", "tpm", "rpd",
        "price_in", "price_out", "licence", "terms",
    }  # fmt: skip
    assert shown == set(Model.model_fields)


# -- the recipe itself ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as found:
        yield found


def test_every_key_of_a_recipe_has_its_case() -> None:
    shown = {name.removeprefix("test_recipe_") for name in globals() if name.startswith("test_recipe_")}
    assert {*shown, "models", "steps"} == set(Recipe.model_fields)


def test_recipe_name(bench: Bench) -> None:
    assert [bench.run(texts("a"), top={"name": name}).dataset for name in ("first", "second")] == ["first", "second"]


def test_recipe_description(bench: Bench) -> None:
    """It is for people: it is kept with the run, and does not make it another one."""
    runs = [bench.run(texts("a"), top={"description": said}) for said in ("one", "two")]
    assert [run.run for run in runs] == ["r1", "r1"]
    assert bench.runs.get("r1").recipe["description"] == "one"


def test_recipe_about(bench: Bench) -> None:
    """It is for the catalogue, and does not make another run."""
    told = {"group": "rows", "source": "none", "needs": "texts", "gives": ["text"], "calls": 0}
    runs = [bench.run(texts("a"), top=top) for top in ({}, {"about": told})]
    assert [run.run for run in runs] == ["r1", "r1"]


def test_recipe_parameters(bench: Bench) -> None:
    top = {"parameters": {"n": {"default": 1}, "more": {"optional": True}, "must": {}}}
    source = {"kind": "read.rows", "rows": [{"n": "${n}", "more": "${more}", "must": "${must}"}]}
    assert bench.rows(bench.run(source, top=top, sets={"must": "x"}))[0].data == {"n": 1, "must": "x"}
    assert bench.rows(bench.run(source, top=top, sets={"must": "x", "n": "2", "more": "y"}))[0].data == {"n": 2, "more": "y", "must": "x"}


def test_recipe_target(bench: Bench) -> None:
    assert bench.run(texts("a", "b", "c"), ask(), top={"target": 2}).kept == 2
    assert bench.run(texts("a", "b", "c"), ask(), top={"target": 2}, target=1, new=True).kept == 1


def test_recipe_spread(bench: Bench) -> None:
    said = [str(n) for n in range(20)]
    first, all_over = (bench.run(texts(*said), target=2, top={"spread": spread}, new=True) for spread in (False, True))
    assert (bench.said(first), bench.said(all_over)) != (said[:2], said[:2])


def test_recipe_attempts(bench: Bench) -> None:
    steps = (texts(*"abcdefgh"), {"kind": "filter.where", "where": "text = 'z'"})
    assert [bench.run(*steps, target=2, top={"attempts": most}, new=True).requested for most in (1, 3)] == [2, 6]


def test_recipe_budget_usd(bench: Bench) -> None:
    models = {"writer": bench.model(price_in=1, price_out=1, max_tokens=200, concurrency=1)}
    result = bench.run(texts(*"abcdefgh"), ask(), top={"models": models, "budget_usd": 0.001})
    assert (result.state, result.reason.split(":")[0]) == ("paused", "budget")
    assert result.cost_usd is not None
    assert 0 < result.cost_usd <= 0.001
    assert bench.run(texts(*"abcdefgh"), ask(), top={"models": models, "budget_usd": 1}).state == "finished"


def test_recipe_budget_tokens(bench: Bench) -> None:
    models = {"writer": bench.model(max_tokens=200, concurrency=1)}
    result = bench.run(texts(*"abcdefgh"), ask(), top={"models": models, "budget_tokens": 1000})
    assert (result.state, result.reason.split(":")[0]) == ("paused", "budget")
    assert 0 < result.tokens_in + result.tokens_out <= 1000
    assert bench.run(texts(*"abcdefgh"), ask(), top={"models": models, "budget_tokens": 50_000}).state == "finished"


def test_recipe_into(bench: Bench) -> None:
    assert bench.run(texts("a"), top={"into": "elsewhere"}).dataset == "elsewhere"
    assert bench.run(texts("a"), top={"into": "elsewhere"}, into="there").dataset == "there"


