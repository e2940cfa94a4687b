"""Embedders that run in this process."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asking import gate
from embedding import an_embedder, embedded, outcomes, rows_of, texts_of
from memory_ledger import MemoryLedger
from onnx_classifiers import nli_folder
from onnx_models import WORDS, onnx_folder, table

from rowsmith.app.recorded import RecordedWeights
from rowsmith.core.errors import Invalid, NotFound, RowFailed
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.weights import Note
from rowsmith.llm.hashing import vector
from rowsmith.llm.local.weights import WeightFiles
from rowsmith.llm.providers import built_in
from rowsmith.llm.providers.onnx_classifier import Classifier
from rowsmith.steps.score.similarity import cosine


def onnx(folder: Path, **settings: Any) -> Model:
    return an_embedder(None, model=f"onnx/{folder}", **settings)


def expected(text: str, first: bool = False) -> np.ndarray:
    ids = [1, *(WORDS.index(word) if word in WORDS else 3 for word in text.split()), 2]
    states = table()[ids]
    whole = states[0] if first else states.mean(0)
    return whole / np.linalg.norm(whole)


def arrays(found: Any) -> list[np.ndarray]:
    return [np.frombuffer(raw, "<f4") for raw in found.raw]


def test_states_are_averaged_over_the_mask_and_nothing_is_cut(tmp_path: Path) -> None:
    said = ["tea", "coffee stone road warm cold tea tea", "warm elephant"]
    found = embedded(MemoryLedger(), texts_of(onnx(onnx_folder(tmp_path / "m")), *said))[0]
    for got, text in zip(arrays(found), said, strict=True):
        assert got == pytest.approx(expected(text), abs=1e-6)
    assert found.usage.tokens_in == 3 + 9 + 4


def test_a_graph_that_pools_is_taken_as_it_is(tmp_path: Path) -> None:
    found = embedded(MemoryLedger(), texts_of(onnx(onnx_folder(tmp_path / "m", pooled=True, types=True)), "tea road"))[0]
    assert arrays(found)[0] == pytest.approx(expected("tea road", first=True), abs=1e-6)


def test_dimensions_take_the_first_numbers_scaled_again(tmp_path: Path) -> None:
    folder = onnx_folder(tmp_path / "m")
    whole, short = (arrays(embedded(MemoryLedger(), texts_of(onnx(folder, **s), "tea road"))[0])[0] for s in ({}, {"dimensions": 2}))
    assert short == pytest.approx(whole[:2] / np.linalg.norm(whole[:2]), abs=1e-6)
    with pytest.raises(RowFailed, match="gives 6 numbers"):
        embedded(MemoryLedger(), texts_of(onnx(folder, dimensions=7), "tea"))


def test_a_text_that_is_too_long_fails_alone_and_is_not_cut(tmp_path: Path) -> None:
    model = onnx(onnx_folder(tmp_path / "m", longest=5), concurrency=1)
    results = outcomes(MemoryLedger(), rows_of(model, ["tea", "tea road warm", "tea road warm cold", "road"]))
    assert [isinstance(item, RowFailed) for item in results] == [False, False, True, False]
    assert "6 tokens, and" in str(results[2])


def test_the_profile_is_the_hash_of_the_weights_wherever_they_lie(tmp_path: Path) -> None:
    one, copy, other = (onnx_folder(tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    ledger = MemoryLedger()
    keys = [embedded(ledger, texts_of(onnx(folder), "tea"))[0].calls[0] for folder in (one, copy, other)]
    assert keys[0] == keys[1] != keys[2]
    assert ledger.claims[0].profile.startswith("onnx:") and len(ledger.claims[0].profile) == 5 + 64


def test_relative_paths_are_taken_from_the_recipes_folder_and_stored_vectors_need_no_files(tmp_path: Path) -> None:
    folder = onnx_folder(tmp_path / "models" / "m")
    ledger = MemoryLedger()
    model = an_embedder(None, model="onnx/models/m")
    weights = WeightFiles(tmp_path, tmp_path / "cache")
    first = embedded(ledger, texts_of(model, "tea"), weights=weights)[0]
    recorded = RecordedWeights({"onnx/models/m": ledger.claims[0].profile})
    (folder / "model.onnx").unlink()
    with pytest.raises(NotFound, match=r"there is no model\.onnx"):
        embedded(ledger, texts_of(model, "tea"), weights=weights)
    assert embedded(ledger, texts_of(model, "tea"), weights=recorded)[0] == first


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    folder = onnx_folder(tmp_path / "m")
    (folder / "model.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises((RowFailed, Paused), match="cannot be loaded"):
        embedded(MemoryLedger(), texts_of(onnx(folder), "tea"))


def test_the_loop_goes_on_while_vectors_are_computed() -> None:
    """The hashing of long texts takes a while; the loop must not wait for it."""
    turns = 0

    async def run() -> None:
        nonlocal turns
        async with gate(MemoryLedger()) as made:
            asked = asyncio.ensure_future(made.embed(texts_of(an_embedder(None, model="builtin/hashing"), "many words " * 20_000)))
            while not asked.done():
                turns += 1
                await asyncio.sleep(0)
            await asked

    asyncio.run(run())
    assert turns > 20


def test_an_extra_that_is_missing_is_told_with_its_command(tmp_path: Path) -> None:
    with pytest.raises(Paused) as missing:
        embedded(MemoryLedger(), texts_of(an_embedder(None, model="sentence-transformers/all-MiniLM-L6-v2"), "x"))
    assert (missing.value.reason, "pip install 'rowsmith[sentence-transformers]'" in missing.value.fix) == ("unavailable", True)
    onnx_folder(tmp_path / "m")
    code = (
        "import sys, pathlib; sys.modules['onnxruntime'] = None\n"
        "from rowsmith.core.models import Model\nfrom rowsmith.llm.local.weights import WeightFiles\n"
        "from rowsmith.llm.providers import built_in\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        "built_in('onnx').check(Model(model='onnx/m'), WeightFiles(here, here / 'cache'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'rowsmith[embeddings]'" in done.stderr


def test_a_sentence_transformers_model_is_asked_as_its_library_wants(tmp_path: Path) -> None:
    """The library is too large to be here: a stand-in with its interface shows what is asked of it."""
    (tmp_path / "sentence_transformers.py").write_text(
        "import numpy as np\n"
        "class Values:\n"
        "    detach = cpu = contiguous = float = lambda self: self\n"
        "    def numpy(self): return np.ones(3, np.float32)\n"
        "class SentenceTransformer:\n"
        "    max_seq_length = 4\n"
        "    def __init__(self, place): self.place = place\n"
        "    def __repr__(self): return 'parts'\n"
        "    def state_dict(self): return {'w': Values()}\n"
        "    def tokenizer(self, text): return {'input_ids': text.split()}\n"
        "    def encode(self, texts, *, normalize_embeddings, truncate_dim, show_progress_bar):\n"
        "        assert normalize_embeddings and not show_progress_bar\n"
        "        return np.array([[len(text), 1.0, 2.0][: truncate_dim] for text in texts])\n"
    )
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "weights").write_bytes(b"some")
    code = (
        "import sys\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "from embedding import an_embedder, embedded, outcomes, texts_of\nfrom memory_ledger import MemoryLedger\n"
        "for name in ('a/b', 'own'):\n"
        "    ledger, model = MemoryLedger(), an_embedder(None, model=f'sentence-transformers/{name}', dimensions=2)\n"
        "    found = embedded(ledger, texts_of(model, 'x y', 'z'))[0]\n"
        "    print(ledger.claims[0].profile, [raw.hex() for raw in found.raw], found.usage.tokens_in)\n"
        "print(outcomes(MemoryLedger(), [texts_of(an_embedder(None, model='sentence-transformers/own'), 'a b c d e')])[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    by_name, own, too_long = done.stdout.splitlines()
    for said in (by_name, own):
        profile, _, made = said.partition(" ")
        assert profile.startswith("sentence-transformers:") and len(profile) == 22 + 64, done.stderr
        assert made == "['000040400000803f', '0000803f0000803f'] 3"
    assert own.split()[0] != by_name.split()[0]
    assert "A text has 5 tokens" in too_long


def test_they_answer_no_questions() -> None:
    with pytest.raises(Invalid, match="answers no questions"):
        built_in("builtin").body(Model(model="builtin/hashing"), None, "json")


# -- builtin/hashing --------------------------------------------------------------------------------------------------------------------

GROUPS = {
    "tea": ["How do I brew green tea?", "How do I brew a green tea", "brewing green teas: how?"],
    "bread": ["When is the sourdough bread ripe?", "When's a sourdough bread ripe", "When will sourdough breads be ripe?"],
    "train": ["The night train to Vienna leaves at nine.", "Night train to Vienna leaves at nine", "The night trains to Vienna leave at 9."],
    "tax": ["Which form declares foreign income?", "Which forms declare foreign income", "Which form declares the foreign incomes?"],
}
PARAPHRASES = [
    ("How do I brew green tea?", "What is the right way to prepare a cup of sencha?"),
    ("When is the sourdough bread ripe?", "How long must the loaf ferment?"),
    ("The night train to Vienna leaves at nine.", "Abfahrt des Nachtzugs nach Wien ist um 21 Uhr."),
    ("Which form declares foreign income?", "Where do I report money earned abroad?"),
]


def near(one: str, two: str) -> float:
    a, b = (np.frombuffer(vector(text)[0], "<f4") for text in (one, two))
    return cosine(a.tolist(), b.tolist())


def test_what_the_built_in_embedder_is_worth() -> None:
    """Small edits are found, each nearest to its own kind; paraphrases are not: the page says so, and these are its figures."""
    said = [(kind, text) for kind, texts in GROUPS.items() for text in texts]
    right = 0
    for kind, text in said:
        others = [(near(text, other), of) for of, other in said if other != text]
        right += max(others)[1] == kind
    assert right == len(said)  # 12 of 12
    edits = min(near(texts[0], other) for texts in GROUPS.values() for other in texts[1:])
    strangers = max(near(one, two) for k1, one in said for k2, two in said if k1 != k2)
    paraphrases = [near(one, two) for one, two in PARAPHRASES]
    assert round(edits, 2) == 0.65
    assert round(strangers, 2) == 0.14
    assert round(max(paraphrases), 2) == 0.17


@pytest.mark.parametrize("text", ["", "   ", "!!!", "Ünïcode ﬁ", "漢字", "\ud800", "a" * 10_000])
def test_every_text_has_a_vector(text: str) -> None:
    raw, _ = vector(text, 128)
    norm = float(np.linalg.norm(np.frombuffer(raw, "<f4")))
    assert norm == pytest.approx(1.0 if text.strip() else 0.0, abs=1e-6)


def test_a_vector_is_the_same_everywhere() -> None:
    """It is a part of stored keys: a change of the method must change its version."""
    assert vector("Tea, warm tea.", 8)[0].hex() == EXPECTED


EXPECTED = "0000003e0000c03e000040bf0000803e000000be0000c03e000080be00000000"


class Repository:
    """A hub with one repository, which is a folder (core.ports.Hub)."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache = folder, cache

    def here(self, name: str) -> Path | None:
        return at if (at := self._place(name)).is_file() else None

    def fetch(self, name: str, note: Note) -> Path:
        place = self._place(name)
        source = self.folder / place.relative_to(self.cache)
        if not source.is_file():
            raise NotFound(f"There is no {name}.", "")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
        return place

    def _place(self, name: str) -> Path:
        return self.cache / name.removeprefix("hf:acme/tiny/").partition("@")[0]


@pytest.mark.parametrize("graph", ["model.onnx", "onnx/model.onnx"])
def test_a_model_of_the_hub_comes_with_its_tokenizer(tmp_path: Path, graph: str) -> None:
    folder = onnx_folder(tmp_path / "m", longest=5)
    (folder / graph).parent.mkdir(exist_ok=True)
    (folder / "model.onnx").rename(folder / graph)
    files = WeightFiles(tmp_path, tmp_path / "cache", lambda: Repository(folder, tmp_path / "hub"))
    model = an_embedder(None, model=f"onnx/hf:acme/tiny/{graph}@v1")
    one, long = outcomes(MemoryLedger(), [texts_of(model, "tea"), texts_of(model, "tea tea tea tea")], weights=files)
    assert arrays(one)[0] == pytest.approx(expected("tea"), abs=1e-6)
    assert "A text has 6 tokens" in str(long)
    assert sorted(path.name for path in (tmp_path / "hub").rglob("*.*")) == ["config.json", "model.onnx", "tokenizer.json"]


def test_a_classifier_of_the_hub_comes_with_its_categories(tmp_path: Path) -> None:
    folder = nli_folder(tmp_path / "m", ["tea", "grows", "not"])
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model.onnx")
    files = WeightFiles(tmp_path, tmp_path / "cache", lambda: Repository(folder, tmp_path / "hub"))
    model = Model(model="onnx-classifier/hf:acme/tiny/onnx/model.onnx")
    ((yes, no), tokens) = Classifier(model, files.fetched(model.name, lambda note: None)).scores([("tea grows", "tea"), ("tea", "tea grows")])
    assert (max(yes, key=yes.__getitem__), max(no, key=no.__getitem__), tokens) == ("ENTAILMENT", "NEUTRAL", 12)
    assert sum(yes.values()) == pytest.approx(1, abs=1e-5)


def test_what_is_no_graph_of_the_hub_is_told(tmp_path: Path) -> None:
    files = WeightFiles(tmp_path, tmp_path / "cache", lambda: Repository(tmp_path, tmp_path / "hub"))
    with pytest.raises(Invalid, match="is no file of the hub"):
        built_in("onnx").check(an_embedder(None, model="onnx/hf:acme/tiny"), files)
    failed = outcomes(MemoryLedger(), [texts_of(an_embedder(None, model="onnx/hf:acme/tiny/model.onnx"), "tea")], weights=files)[0]
    assert "There is no hf:acme/tiny/model.onnx" in str(failed)
