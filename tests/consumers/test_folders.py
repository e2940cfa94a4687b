"""Folders that we write, read by those whom they are for: every row of every split is there, and reads as we say it does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from consumer import asked
from written import CALLING, PAIRS, REFUSED, TALKS, row

from rowsmith.formats import DataFile, built_in
from rowsmith.steps.export import Source
from rowsmith.steps.export_folder import Arrangement, write_folder

PARTS = ("train", "validation", "test")
ASKED = [{"input": f"{n} + {n}?", "choices": [str(2 * n), "7", "ten"], "answer": 0} for n in range(6)]
DOCUMENTS = [{"text": "Tea is good.", "page": 3}, {"text": "Grüße ☂ 東京", "tags": ["a"]}]
Read = tuple[dict[str, list[DataFile]], Any]


def parted(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "split": PARTS[n % 3]} for n, one in enumerate(data)]


def read(tmp_path: Path, environment: str, reader: str, cases: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any]]]) -> Read:
    """Write a folder for each case, with rows that the format refuses among the others, and let the consumer read all."""
    files: dict[str, list[DataFile]] = {}
    for name, (format, data, _) in cases.items():
        rows = [row(n, one) for n, one in enumerate([*parted(data), *parted(REFUSED if format != "huggingface" else [])])]
        report, laid = write_folder(tmp_path / name, [Source(rows, "qa")], built_in(format), Arrangement(), provenance="none")
        assert report.rows_out >= len(data), report.left_out
        files[name] = list(laid)
    told = [{**more, "name": name, "path": str(tmp_path / name)} for name, (*_, more) in cases.items()]
    return files, asked(environment, reader, told, tmp_path)


def counts(files: list[DataFile], name: Callable[[DataFile], str]) -> dict[str, int]:
    return {name(file): file.rows for file in files}


def test_llama_factory(tmp_path: Path) -> None:
    labelled = [{**talk, "label": n % 2 == 0} for n, talk in enumerate([*TALKS, *TALKS])]
    files, said = read(tmp_path, "llama-factory", "llama_factory_folder", {
        "sft": ("llama-factory", [*TALKS, CALLING], {"stage": "sft"}), "preference": ("llama-factory-preference", PAIRS, {"stage": "rm"}),
        "kto": ("llama-factory-kto", labelled, {"stage": "kto"}),
    })  # fmt: skip
    for case in ("sft", "preference", "kto"):
        kept = {name: len(texts) for name, texts in said[case].items()}
        assert kept == counts(files[case], lambda file: file.path.partition(".")[0])
    first = said["sft"]["qa-train"][0].rstrip("\n")
    assert first == built_in("chatml").row(row(0, TALKS[0]))["text"]


def test_axolotl(tmp_path: Path) -> None:
    weighed = {"messages": [
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Untrained.", "weight": 0},
        {"role": "user", "content": "And?"}, {"role": "assistant", "content": "Trained."},
    ]}  # fmt: skip
    files, said = read(tmp_path, "trl", "axolotl_config", {"sft": ("axolotl", [weighed, *TALKS], {})})
    assert said["sft"]["unknown"] == []
    assert {name: len(texts) for name, texts in said["sft"]["kept"].items()} == counts(files["sft"], lambda file: file.path)
    assert "Trained." in said["sft"]["trained"]["train.jsonl"][0]
    assert "Untrained." not in said["sft"]["trained"]["train.jsonl"][0]
    assert said["sft"]["kept"]["validation.jsonl"][0] == f"{built_in('chatml').row(row(0, TALKS[0]))['text']}\n"


def test_mlx_lm(tmp_path: Path) -> None:
    files, said = read(tmp_path, "mlx", "mlx_splits", {"sft": ("mlx-lm", [*TALKS, *TALKS], {})})
    assert {f"{name}.jsonl": len(texts) for name, texts in said["sft"].items()} == counts(files["sft"], lambda file: file.path)
    assert said["sft"]["valid"][0] == f"{built_in('chatml').row(row(0, TALKS[1]))['text']}\n"


def test_datasets_and_croissant(tmp_path: Path) -> None:
    data = [{"text": f"{n} ☂", "n": n, "score": n / 2, "ok": n % 2 == 0, "more": {"a": [n]}, "talk": [{"role": "user", "content": f"{n}?"}]}
            for n in range(9)]  # fmt: skip
    files, said = read(tmp_path, "light", "hub_folder", {"plain": ("huggingface", data, {})})
    assert {name: len(rows) for name, rows in said["plain"]["loaded"].items()} == counts(files["plain"], lambda file: f"default/{file.split}")
    assert said["plain"]["loaded"]["default/train"][1] == {**data[3], "more": '{"a":[3]}'}
    assert said["plain"]["errors"] == []
    assert {name: len(rows) for name, rows in said["plain"]["records"].items()} == counts(files["plain"], lambda file: file.split)
    assert said["plain"]["records"]["test"][0] == {"text": "2 ☂", "n": 2, "score": 1.0, "ok": True}


def test_datasets_of_two_datasets_in_shards(tmp_path: Path) -> None:
    sources = [Source([row(n, {"text": f"{name}{n}"}) for n in range(5)], name) for name in ("tea", "coffee")]
    write_folder(tmp_path / "two", sources, built_in("huggingface"), Arrangement(shard_rows=2), provenance="none")
    said = asked("light", "hub_folder", [{"name": "two", "path": str(tmp_path / "two")}], tmp_path)["two"]
    assert {name: [one["text"] for one in rows] for name, rows in said["loaded"].items()} == {
        f"{name}/train": [f"{name}{n}" for n in range(5)] for name in ("coffee", "tea")
    }  # fmt: skip
    assert sorted(len(rows) for rows in said["records"].values()) == [1, 1, 2, 2, 2, 2]


def test_lm_eval(tmp_path: Path) -> None:
    files, said = read(tmp_path, "lm-eval", "lm_eval_task", {
        "choices": ("lm-eval", ASKED, {}), "free": ("lm-eval-generate", [{"input": f"{n}?", "answer": f"{n}"} for n in range(6)], {}),
    })  # fmt: skip
    for case in ("choices", "free"):
        assert said[case]["code"] == 0, said[case]["said"]
        assert len(said[case]["asked"]) == next(file.rows for file in files[case] if file.split == "test")
    assert said["choices"]["asked"] == ["2 + 2?", "5 + 5?"]


def test_llama_index(tmp_path: Path) -> None:
    from rowsmith.steps.export import write_export

    path, rows = tmp_path / "documents.jsonl", [row(n, one) for n, one in enumerate(DOCUMENTS)]
    report = write_export(path, rows, built_in("llama-index"), provenance="none")
    said = asked("llama-index", "llama_index_documents", [{"name": "documents", "path": str(path)}], tmp_path)["documents"]
    assert said["kept"] == report.rows_out == 2
    assert said["rows"] == [[rows[0].id, "Tea is good.", {"page": 3}], [rows[1].id, "Grüße ☂ 東京", {"tags": ["a"]}]]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet", ".csv"])
def test_datasets_reads_each_container_of_a_folder(tmp_path: Path, suffix: str) -> None:
    rows = [row(n, {"text": f"a, \"b\" {n}\nc", "split": PARTS[n % 3]}) for n in range(9)]
    write_folder(tmp_path / "out", [Source(rows, "qa")], built_in("huggingface"), Arrangement(suffix=suffix), provenance="none")
    said = asked("light", "hub_folder", [{"name": "out", "path": str(tmp_path / "out")}], tmp_path)["out"]
    assert {name: [one["text"] for one in found] for name, found in said["loaded"].items()} == {
        f"default/{part}": [one.data["text"] for one in rows[n::3]] for n, part in enumerate(PARTS)
    }  # fmt: skip
