"""The first guess is right on a corpus that is made here: every format, clean, wrongly named, packed, mixed with others, misleading at its
beginning, with broken records, and with columns that nobody asked for; tables with odd delimiters and encodings; columns with other names."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
import zstandard

from rowsmith.app.detection import Detected, detect
from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.formats import SURE, built_in, every

pytestmark = pytest.mark.slow
WORDS = ["tea", "leaf", "cup", "steam", "kettle", "water", "sugar", "milk", "lemon", "spoon", "Grüße", "naïve"]
ALIKE = {name: {"openai", "messages"} for name in ("messages", "openai", "together", "torchtune", "langchain", "trl-sft", "axolotl", "mlx-lm")}
"""Formats whose records cannot be told apart; all others are recognised by name."""
ALIKE |= {"input-answer-csv": {"input-answer"}, "jsonl": {"input-answer"}, "csv": {"input-answer"}, "trl-reward": {"reward"}}
ALIKE |= {name: {"input-answer"} for name in ("parquet", "xlsx", "huggingface")} | {"llama-factory": {"sharegpt"}, "lm-eval": {"mcq"}}
IMAGE = {"file": "1" * 64, "media_type": "image/png"}
FLAT = ["alpaca", "input-answer", "prompt-completion", "dpo", "kto", "classification", "text", "mcq", "ragas", "grpo"]


def say(rng: random.Random, words: int = 6) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words)) + f" {rng.randrange(10_000)}"


def rows(rng: random.Random) -> Iterator[dict[str, Any]]:
    """Rows without end, of every kind, as they are kept here: each without an image, and with one that is asked about."""
    for data in spoken(rng):
        yield data
        if "answer" in data or "messages" in data or "chosen" in data:
            yield {**data, "image": IMAGE}


def spoken(rng: random.Random) -> Iterator[dict[str, Any]]:
    """Rows without end, of every kind but those with images."""
    while True:
        asked, answer, other = say(rng) + "?", say(rng, 12), say(rng, 9)
        turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
        system = [{"role": "system", "content": say(rng, 3)}] if rng.random() < 0.5 else []
        more = [{"role": "user", "content": other}, {"role": "assistant", "content": say(rng)}] if rng.random() < 0.5 else []
        yield {"input": asked, "answer": answer}
        yield {"messages": [*system, *turns, *more]}
        yield {"input": asked, "chosen": answer, "rejected": other}
        yield {"input": asked, "answer": answer, "label": rng.random() < 0.5}
        yield {"text": other, "label": rng.choice(["hot", "cold"])}
        yield {"text": other}
        yield {"input": asked, "choices": [answer, other], "answer": rng.randrange(2)}


def records(name: str, count: int, seed: int) -> list[Any]:
    """Records of a format."""
    format, found = built_in(name), []
    kinds = {frozenset(needs) for needs in format.needs}
    for number, data in enumerate(rows(random.Random(seed))):
        if kinds and frozenset(data) not in kinds and not (name in ("grpo", "trl-grpo") and set(data) == {"input", "answer"}):
            continue
        if not kinds and set(data) != {"input", "answer"}:
            continue
        try:
            found.append(format.row(Row(f"{number:032x}", b"", data)))
        except RowFailed:
            continue
        if len(found) == count:
            return found
    raise AssertionError


def lines(found: list[Any]) -> bytes:
    return b"".join((one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)).encode() + b"\n" for one in found)


def dirty(name: str, found: list[Any]) -> bytes:
    """Misleading first, records of another format and broken ones among them, and a column that nobody asked for."""
    rng = random.Random(name)
    other = records("alpaca" if name != "alpaca" else "sharegpt", 8, 9)
    mixed = [{**one, "source_id": number} for number, one in enumerate(found)]
    for one in [*other, '{"cut": ', "no JSON at all", '{"a": 1, "a": 2}']:
        mixed.insert(rng.randrange(1, len(mixed)), one)
    return gzip.compress(lines([other[0], *mixed]))


def table(found: list[Any], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(found[0])
    writer.writerows([value if isinstance(value, str) else json.dumps(value) for value in one.values()] for one in found)
    return out.getvalue()


def workbook(found: list[Any]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, one in enumerate([list(found[0]), *(list(one.values()) for one in found)]):
            for column, value in enumerate(one):
                sheet.write_string(at, column, value if isinstance(value, str) else json.dumps(value))
    return out.getvalue()


def parquet(found: list[Any], folder: Path) -> bytes:
    (folder / "in.json").write_bytes(lines(found))
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT * FROM read_json('{folder}/in.json')) TO '{folder}/in.parquet' (FORMAT parquet)")
    return (folder / "in.parquet").read_bytes()


Make = Callable[[list[Any], Path], bytes]
EVERY: dict[str, Make] = {
    "clean.jsonl": lambda found, _: lines(found), "wrong.csv": lambda found, _: json.dumps(found, indent=1).encode(),
    "records.parquet": parquet,
}  # fmt: skip
TABLES: dict[str, Make] = {
    "german.csv": lambda found, _: table(found, ";").encode("cp1252"),
    "wide.tsv": lambda found, _: zstandard.compress(table(found, "\t").encode("utf-16")),
    "sheet.xlsx": lambda found, _: workbook(found),
}  # fmt: skip
CORPUS = [(name, file) for name in sorted(format.name for format in every()) for file in (*EVERY, "dirty.jsonl.gz")]
CORPUS += [(name, file) for name in FLAT for file in TABLES]


def looked_at(folder: Path, file: str, body: bytes) -> Detected:
    (folder / file).write_bytes(body)
    return detect(folder / file)


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 80


@pytest.mark.parametrize("name", sorted({name for name, _ in CORPUS}))
def test_the_first_guess_is_right(name: str, tmp_path: Path) -> None:
    found = records(name, 60, 1)
    for file in (file for one, file in CORPUS if one == name):
        body = dirty(name, found) if file == "dirty.jsonl.gz" else (EVERY | TABLES)[file](found, tmp_path)
        told = looked_at(tmp_path, file, body)
        best = told.candidates[0]
        assert best.format in ALIKE.get(name, {name}), (file, [(one.format, one.score) for one in told.candidates[:4]])
        assert (best.score >= SURE, len(told.preview), told.broken_count) == (True, 5, 3 if file == "dirty.jsonl.gz" else 0), file


def test_a_wrong_guess_is_never_sure(tmp_path: Path) -> None:
    """What has no known shape stays below the score from which a format is taken without asking."""
    rng = random.Random(3)
    odd = [
        [{"c1": say(rng), "c2": rng.random()} for _ in range(50)], [{"input_ids": [1, 2], "attention_mask": [1, 1]} for _ in range(50)],
        [{f"c{n}": n for n in range(200)} for _ in range(50)], [{"messages": "none"} for _ in range(50)],
        [{"conversations": [{"speaker": "a", "said": "b"}]} for _ in range(50)], [{"instruction": "a", "output": {"b": 1}} for _ in range(50)],
    ]  # fmt: skip
    for found in odd:
        assert looked_at(tmp_path, "odd.jsonl", lines(found)).candidates[0].score < SURE, found[0]
