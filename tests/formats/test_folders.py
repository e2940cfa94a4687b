"""Formats that are folders: what each writes beside its data, and what it calls its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from chat_rows import ASKS, CALLS, CHOSEN, REJECTED, RESULT, SAYS, SYSTEM, TOOLS, chat, reason, row

from rowsmith.formats import DataFile, Laid, built_in

ABOUT: dict[str, Any] = {"version": "ab" * 16, "licences": ["CC-BY-4.0"], "models": [{"model": "openai/m", "terms": []}], "sources": 2}


def laid(*files: tuple[str, str, str], columns: tuple[str, ...] = ("conversations",), about: Mapping[str, Any] = ABOUT) -> Laid:
    return Laid("pack", [DataFile(path, dataset, split, 3, 99, "ab" * 32, columns) for path, dataset, split in files], lambda _: about)


def beside(format: str, found: Laid, *records: Any) -> dict[str, str]:
    companions = built_in(format).companions()
    assert companions is not None
    for record in records:
        companions.see(record)
    return {name: content.decode() for name, content in companions.files(found).items()}


def test_llama_factory_is_told_of_every_column_and_tag() -> None:
    format = built_in("llama-factory")
    record = format.row(chat(ASKS, CALLS, RESULT, SAYS, tools=TOOLS))
    assert [turn["from"] for turn in record["conversations"]] == ["human", "function_call", "observation", "gpt"]
    assert reason(built_in("llama-factory"), chat(ASKS, SAYS, SAYS)) == "turn_order"
    found = laid(("qa-train.jsonl", "qa", "train"), ("qa-test.jsonl", "qa", "test"), columns=("conversations", "tools"))
    info = json.loads(beside("llama-factory", found)["dataset_info.json"])
    assert list(info) == ["qa-train", "qa-test"]
    assert info["qa-train"]["columns"] == {"messages": "conversations", "tools": "tools"}
    assert set(info["qa-train"]["tags"]) == {
        "role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag",
    }  # fmt: skip
    assert format.stem("qa", "train", False) == "qa-train"
    assert format.stem("qa", "", False) == "qa"


def test_llama_factory_s_preferences() -> None:
    format = built_in("llama-factory-preference")
    record = format.row(row(input=[SYSTEM, ASKS], chosen=[CHOSEN], rejected=[REJECTED]))
    assert [turn["from"] for turn in record["conversations"]] == ["system", "human"]
    assert (record["chosen"]["from"], record["rejected"]["from"]) == ("gpt", "gpt")
    assert reason(built_in("llama-factory-preference"), row(input=[ASKS, SAYS], chosen=[CHOSEN], rejected=[REJECTED])) == "turn_order"
    info = json.loads(beside("llama-factory-preference", laid(("qa.jsonl", "qa", ""), columns=tuple(record)))["dataset_info.json"])
    assert info["qa"]["ranking"] is True
    assert info["qa"]["columns"] == {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"}


def test_llama_factory_s_verdicts() -> None:
    format = built_in("llama-factory-kto")
    record = format.row(chat(ASKS, SAYS, label=False))
    assert record["kto_tag"] is False
    assert format.read(record)["label"] is False
    assert reason(built_in("llama-factory-kto"), chat(ASKS, SAYS, label="yes")) == "label"
    info = json.loads(beside("llama-factory-kto", laid(("qa.jsonl", "qa", ""), columns=tuple(record)))["dataset_info.json"])
    assert info["qa"]["columns"] == {"messages": "conversations", "kto_tag": "kto_tag"}


def test_mlx_lm_reads_three_names_and_no_others() -> None:
    format = built_in("mlx-lm")
    assert (format.folder, format.whole, format.ascii) == (True, "train", True)
    names = ("train", "validation", "val", "dev", "test")
    assert [format.splits.get(split, split) for split in names] == ["train", "valid", "valid", "valid", "test"]
    assert format.row(chat(ASKS, SAYS))["messages"] == [ASKS, SAYS]
    assert format.companions() is None


def test_axolotl_has_a_configuration_and_trains_on_what_has_weight() -> None:
    format = built_in("axolotl")
    record = format.row(chat(ASKS, {**SAYS, "weight": 0}, ASKS, {**SAYS, "weight": 1}))
    assert [message.get("train") for message in record["messages"]] == [None, False, None, True]
    assert [message.get("weight") for message in format.read(record)["messages"]] == [None, 0, None, 1]
    config = yaml.safe_load(beside("axolotl", laid(("train.jsonl", "qa", "train"), ("test.jsonl", "qa", "test")))["axolotl.yml"])
    assert [one["path"] for one in config["datasets"]] == ["train.jsonl"]
    assert [one["path"] for one in config["test_datasets"]] == ["test.jsonl"]
    assert config["excess_length_strategy"] == "raise"
    assert {one["message_field_training"] for one in config["datasets"] + config["test_datasets"]} == {"train"}


@pytest.mark.parametrize(("format", "kind"), [("lm-eval", "multiple_choice"), ("lm-eval-generate", "generate_until")])
def test_lm_eval_has_a_task_for_each_dataset(format: str, kind: str) -> None:
    files = beside(format, laid(("data/a-train.jsonl", "a", "train"), ("data/a-test.jsonl", "a", "test"), ("data/b-c.jsonl", "b-c", "test")))
    assert list(files) == ["a.yaml", "b_c.yaml"]
    task = yaml.safe_load(files["a.yaml"])
    assert (task["task"], task["output_type"], task["test_split"], task["fewshot_split"]) == ("a", kind, "test", "train")
    assert task["dataset_kwargs"] == {"data_files": {"train": ["data/a-train.jsonl"], "test": ["data/a-test.jsonl"]}}
    assert "fewshot_split" not in yaml.safe_load(files["b_c.yaml"])
    assert built_in(format).stem("a", "test", False) == "data/test"


def test_lm_eval_s_records() -> None:
    asked = row(input="Cold?", choices=["yes", "no"], answer="no")
    assert built_in("lm-eval").row(asked) == {"question": "Cold?", "choices": ["yes", "no"], "answer": 1}
    assert built_in("lm-eval-generate").row(chat(ASKS, SAYS)) == {"question": ASKS["content"], "answer": SAYS["content"]}
    assert reason(built_in("lm-eval-generate"), chat(ASKS, CALLS, RESULT, SAYS)) == "tool_calls"


def test_a_card_says_what_is_known_and_no_more() -> None:
    found = laid(("data/train-00000-of-00001.parquet", "qa", "train"), columns=("text",))
    files = beside("huggingface", found, {"text": "a", "n": 1, "provenance": "{}"})
    head = yaml.safe_load(files["README.md"].split("---")[1])
    assert head["license"] == "cc-by-4.0"
    assert head["size_categories"] == ["n<1K"]
    assert head["tags"] == ["rowsmith", "synthetic"]
    assert head["configs"] == [{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-00000-of-00001.parquet"}]}]
    assert "openai/m" in files["README.md"]
    bare = beside("huggingface", laid(("data/train.parquet", "qa", "train"), about={}), {"text": "a"})["README.md"]
    assert "license" not in yaml.safe_load(bare.split("---")[1])
    assert "synthetic" not in bare
    assert "Not all sources of these rows have said their licence." in bare


def test_a_card_of_shards_and_datasets() -> None:
    names = [(f"{name}/train-{n:05}-of-00002.parquet", name, "train") for name in "ab" for n in range(2)]
    head = yaml.safe_load(beside("huggingface", laid(*names), {"text": "a"})["README.md"].split("---")[1])
    assert [one["config_name"] for one in head["configs"]] == ["a", "b"]
    assert head["configs"][1]["data_files"] == [{"split": "train", "path": [path for path, name, _ in names if name == "b"]}]


def test_splits_stand_in_their_usual_order_and_others_as_they_came() -> None:
    came = [("b", "test"), ("b", "extra"), ("b", "train"), ("a", "z"), ("b", "validation"), ("a", "test"), ("a", "a")]
    files = beside("huggingface", laid(*((f"{name}/{split}.parquet", name, split) for name, split in came)), {"text": "a"})
    configs = yaml.safe_load(files["README.md"].split("---")[1])["configs"]
    b, a = ["train", "validation", "test", "extra"], ["test", "z", "a"]
    assert [(one["config_name"], [file["split"] for file in one["data_files"]]) for one in configs] == [("b", b), ("a", a)]
    rows = [line.split(" | ")[:2] for line in files["README.md"].splitlines() if line.startswith(("| a |", "| b |"))]
    assert rows == [*(["| b", split] for split in b), *(["| a", split] for split in a)]
    assert [one["name"] for one in json.loads(files["croissant.json"])["distribution"]] == [
        *(f"b/{split}.parquet" for split in b), *(f"a/{split}.parquet" for split in a),
    ]  # fmt: skip


def test_croissant_names_each_file_by_its_hash() -> None:
    found = laid(("data/train-00000-of-00001.parquet", "qa", "train"), columns=("text", "n", "more", "mixed"))
    said = json.loads(beside("huggingface", found, {"text": "a", "n": 1, "more": {"a": 1}, "mixed": 1}, {"mixed": "x"})["croissant.json"])
    assert said["distribution"][0]["sha256"] == "ab" * 32
    assert said["distribution"][0]["encodingFormat"] == "application/x-parquet"
    fields = {field["name"]: field["dataType"] for field in said["recordSet"][0]["field"]}
    assert fields == {"text": "sc:Text", "n": "sc:Integer", "mixed": "sc:Text"}
    assert said["license"] == ["CC-BY-4.0"]


def test_documents_of_llama_index() -> None:
    format = built_in("llama-index")
    record = format.row(row(text="Oslo is cold.", page=3))
    assert record == {"id_": row(text="x").id, "text": "Oslo is cold.", "metadata": {"page": 3}, "class_name": "Document"}
    assert format.read(record) == {"text": "Oslo is cold.", "page": 3, "id": record["id_"]}


def test_columns_as_they_stand_in_other_containers() -> None:
    assert [(name, built_in(name).extension) for name in ("csv", "parquet", "xlsx", "jsonl")] == [
        ("csv", "csv"), ("parquet", "parquet"), ("xlsx", "xlsx"), ("jsonl", "jsonl"),
    ]  # fmt: skip
    assert built_in("xlsx").row(row(a=[1])) == {"a": [1]}
