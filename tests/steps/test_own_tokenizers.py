"""Chunks whose tokens a tokenizer of the user's own counts."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asking_context import Asked
from running import called
from step_context import StepContext, row
from tiny_tokenizer import tokenizer as letters
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from rowsmith import registry
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.own_tokens import OwnTokenizer
from rowsmith.core.tokens import count_tokens

SENTENCE = "Tea is made from the leaves of a bush, and it grows in Assam. Dr. Hill drinks it at 5 p.m. Überall trinkt man Tee: お茶を飲みます。 "
TEXT = f"# Tea\n\n{SENTENCE * 6}\n\n## Grown\n\n{SENTENCE * 3}\n\ndef brew(leaf):\n    return leaf * 2\n\n{'aB3_' * 60}\n\n{SENTENCE}"


def subwords(folder: Path) -> Path:
    """Pieces that reach over spaces, a mark before each text, and a file that says to cut texts off."""
    made = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    made.normalizer = normalizers.NFKC()  # type: ignore[assignment]
    made.pre_tokenizer = pre_tokenizers.Metaspace(split=False)  # type: ignore[assignment]
    made.train_from_iterator([SENTENCE[:40], SENTENCE[20:60]] * 5, trainers.BpeTrainer(vocab_size=200, special_tokens=["<unk>", "<s>"]))
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])  # type: ignore[assignment]
    made.enable_truncation(8)
    made.enable_padding(length=64)
    folder.mkdir()
    made.save(str(folder / "tokenizer.json"))
    return folder


def words(folder: Path) -> Path:
    """Pieces of lower-case words, as BERT has them."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()  # type: ignore[assignment]
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # type: ignore[assignment]
    made.train_from_iterator([SENTENCE] * 5, trainers.WordPieceTrainer(vocab_size=120, special_tokens=["[UNK]"]))
    folder.mkdir()
    made.save(str(folder / "tokenizer.json"))
    return folder


MAKERS: list[Callable[[Path], Path]] = [subwords, words, letters]


@cache
def counting(path: Path) -> Callable[[str], int]:
    """What the library itself counts."""
    found = Tokenizer.from_file(str(path / "tokenizer.json"))
    found.no_truncation()
    found.no_padding()
    return lambda text: len(found.encode(text, add_special_tokens=False).ids)


def chunked(kind: str, folder: Path, data: dict[str, Any], source: dict[str, Any], **given: Any) -> list[Any]:
    step: Any = registry.step(kind)(**given)
    assert step.check() == []
    on = row(data, origin={"source": source})
    if step.shape == "asking":
        ctx: Any = Asked(lambda _: None)
        ctx.paths, ctx.input = StepContext(folder).paths, StepContext(folder).input
        return list(asyncio.run(step.rows(on, ctx)))
    return list(step.rows(on, StepContext(folder)))


WAYS: dict[str, dict[str, Any]] = {
    "chunk.tokens": {"overlap": 8}, "chunk.sentences": {"overlap": 10}, "chunk.markdown": {"overlap": 6, "min_size": 12}, "chunk.html": {},
    "chunk.semantic": {}, "chunk.code": {"language": "python"}, "chunk.pages": {},
}  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("kind", WAYS)
def test_every_chunk_has_the_tokens_that_the_tokenizer_counts(tmp_path: Path, maker: Callable[[Path], Path], kind: str) -> None:
    folder = maker(tmp_path / "mine")
    source = {"name": "f", "span": [0, len(TEXT)], "marks": {"pages": [[0, 1], [len(TEXT) // 2, 2]]}}
    found = chunked(kind, tmp_path, {"text": TEXT}, source, model=str(folder), size=48, **WAYS[kind])
    assert len(found) > 3
    covered: set[int] = set()
    for new in found:
        start, end = new.origin["source"]["span"]
        assert (TEXT[start:end], new.origin["chunk"]["tokens"]) == (new.data["text"], counting(folder)(new.data["text"].rstrip()))
        assert new.origin["chunk"]["tokens"] <= 48
        covered.update(range(start, end))
    assert not "".join(char for at, char in enumerate(TEXT) if at not in covered).strip()


@pytest.mark.parametrize("maker", MAKERS)
def test_turns_and_whole_texts(tmp_path: Path, maker: Callable[[Path], Path]) -> None:
    folder = maker(tmp_path / "mine")
    messages = [{"role": role, "content": SENTENCE[: 20 + n]} for n, role in enumerate(["user", "assistant"] * 6)]
    windows = chunked("chunk.turns", tmp_path, {"messages": messages}, {}, model=str(folder), size=40)
    assert len(windows) > 1
    for new in windows:
        assert new.origin["chunk"]["tokens"] == sum(counting(folder)(one["content"].rstrip()) for one in new.data["messages"]) <= 40
    (whole,) = chunked("chunk.whole", tmp_path, {"text": SENTENCE}, {}, model=f"{folder}/tokenizer.json", size=800)
    assert whole.origin["chunk"]["tokens"] == counting(folder)(SENTENCE.rstrip()) != count_tokens("gpt-4o", SENTENCE)


def test_by_command(tmp_path: Path) -> None:
    letters(tmp_path / "mine")
    (tmp_path / "a.txt").write_text("Tea is a drink. It is hot. It is made of leaves.")

    def chunk(model: str, code: int = 0) -> Any:
        done = called(["chunk", "a.txt", "--max-tokens", "16", "--overlap", "0", "--model", model, "--json"], {}, tmp_path)
        assert done.returncode == code, (done.stdout, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    for spoken in ("mine/tokenizer.json", "mine/", "./mine", str(tmp_path / "mine")):
        *found, _ = chunk(spoken)
        assert [one["text"] for one in found] == ["Tea is a drink.", "It is hot.", "It is made of", "leaves."]
        assert [one["origin"]["chunk"]["tokens"] for one in found] == [15, 10, 13, 7]
    assert len(chunk("gpt-4o")) == 2
    assert "no file or folder './none/tokenizer.json'" in chunk("./none", 1)[-1]["what"]
    assert "with a slash in it: ./mine" in chunk("mine", 1)[-1]["problems"][0]["fix"] + chunk("mine", 1)[-1]["problems"][0]["what"]
    for body in ("", "[1]", "{}", '{"model": {"type": "BPE"}}', "\x00"):
        (tmp_path / "bad.json").write_text(body)
        (told,) = chunk("./bad.json", 1)
        assert (told["error"], "bad.json is no tokenizer" in told["what"], bool(told["fix"])) == ("Invalid", True, True)


def test_a_run_has_pinned_it(tmp_path: Path) -> None:
    letters(tmp_path / "mine")
    steps = [{"kind": "read.rows", "rows": [{"text": "Tea is a drink. It is hot."}]}, {"kind": "chunk.tokens", "size": 16, "model": "mine/"}]

    def tell(*words: str, code: int = 0) -> Any:
        done = called([*words, "--json"], {"ROWSMITH_HOME": str(tmp_path / "home")}, tmp_path)
        assert done.returncode == code, (done.stdout, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def run(model: str, code: int = 0) -> Any:
        steps[1]["model"] = model
        (tmp_path / "r.json").write_text(json.dumps({"name": "t", "steps": steps}))
        return tell("run", "r.json", code=code)

    first = run("mine/")
    shutil.copytree(tmp_path / "mine", tmp_path / "moved")
    assert run("moved/tokenizer.json")["run"] == first["run"], "the same tokenizer elsewhere is the same run"
    shutil.rmtree(tmp_path / "mine")
    tell("verify")
    assert "no tokenizer 'mine/tokenizer.json'" in run("mine/", 1)["problems"][0]["what"]
    subwords(tmp_path / "mine")
    other = run("mine/")
    assert (other["run"] == first["run"], other["kept"] > 0) == (False, True)
    assert run("gpt-4o")["run"] not in (first["run"], other["run"])
    (tmp_path / "mine" / "tokenizer.json").write_text("{}")
    assert "mine/tokenizer.json is no tokenizer" in run("mine/", 1)["problems"][0]["what"]


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = (letters(tmp_path / "mine") / "tokenizer.json").read_text()
    assert OwnTokenizer(described).count("abc  ") == 3
    with pytest.raises(Invalid, match="The tokenizer is no tokenizer"):
        OwnTokenizer("{")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(Unavailable, match="needs the package tokenizers"):
        OwnTokenizer(described)
