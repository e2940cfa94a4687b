"""For each consumer: of files with rows on purpose that it loses or alters, its own loader keeps as many as the export check says."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from consumer import asked
from tiny_tokenizer import tokenizer

from rowsmith.app.export_check import Checking, check_file
from rowsmith.formats import Checked

Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """Records of a file, who reads it, the codes that the check finds, and how many rows are kept. `more`: what the reader is told."""

    name: str
    environment: str
    reader: str
    consumer: str
    records: Records
    keeps: int
    codes: tuple[str, ...]
    more: dict[str, Any] = field(default_factory=dict)
    most: int | None = None


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def says(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def human(text: str) -> dict[str, Any]:
    return {"from": "human", "value": text}


def gpt(text: str) -> dict[str, Any]:
    return {"from": "gpt", "value": text}


def trl(name: str, consumer: str, records: Records, keeps: int, *codes: str, stops: bool = False) -> Case:
    more: dict[str, Any] = {"trainer": consumer.removeprefix("trl-"), "settings": {"max_length": MOST}, **({"stops": True} if stops else {})}
    return Case(name, "trl", "trl_trainers", consumer, records, keeps, codes, more, MOST)


def factory(name: str, records: Records, keeps: int, *codes: str, stage: str = "sft", **info: Any) -> Case:
    return Case(name, "llama-factory", "llama_factory", "llama-factory", records, keeps, codes, {"stage": stage, "info": info})


def tune(name: str, transform: str, records: Records, keeps: int, *codes: str) -> Case:
    return Case(name, "trl", "torchtune_transforms", "torchtune", records, keeps, codes, {"transform": transform, "stops": True})


def light(name: str, reader: str, records: Records, keeps: int, *codes: str) -> Case:
    return Case(name, "light", "light", reader, records, keeps, codes, {"reader": reader, "kind": "json", "stops": True})


MOST = 100
TEXTS = ["a", "x" * 40, "x" * 60, "x" * 99, "x" * 100, "x" * 101, "x" * 300]
"""Below, at and beyond the length."""
ASKED = [[user(text)] for text in TEXTS]
CALL = {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
ANSWERED = {"role": "tool", "content": "4"}
TOLD = {"role": "tool", "tool_call_id": "1", "content": "4"}
TALK = [user("Hi"), says("Yo")]
TAGS = {
    "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant", "observation_tag": "tool",
    "function_tag": "function_call", "system_tag": "system",
}  # fmt: skip
FIVE = {name: tag for name, tag in TAGS.items() if name not in ("observation_tag", "function_tag")}
SHAREGPT = {"formatting": "sharegpt", "columns": {"messages": "conversations"}}
MESSAGES = {"formatting": "sharegpt", "columns": {"messages": "messages"}}
OBSERVED = {"from": "observation", "value": "4"}
CALLED = {"from": "function_call", "value": '{"name": "f", "arguments": {}}'}
CASES = [
    trl("sft-texts", "trl-sft", [{"prompt": text, "completion": "yes"} for text in TEXTS], 4, "L01", "L02"),
    trl("sft-messages", "trl-sft", [{"prompt": prompt, "completion": [says("yes")]} for prompt in ASKED], 3, "L01"),
    trl("sft-cut", "trl-sft", [{"messages": [*prompt, says("yes")]} for prompt in ASKED], 7, "L02", "L05", "L09"),
    trl("sft-empty", "trl-sft", [{"text": ""}, {"text": "a"}], 2, "L08", "L09"),
    trl("sft-sharegpt", "trl-sft", [{"conversations": [human("Hi"), gpt("Yo")]}] * 2, 2, "L04", "L09"),
    trl("sft-alpaca", "trl-sft", [{"instruction": "a", "output": "b"}], 0, "L09", "shape", stops=True),
    trl("sft-mixed", "trl-sft", [{"prompt": [user("a")], "completion": "b"}], 0, "kinds", stops=True),
    trl("dpo-texts", "trl-dpo", [{"prompt": text, "chosen": "yes", "rejected": "no"} for text in TEXTS], 4, "L03"),
    trl("dpo-messages", "trl-dpo", [{"prompt": one, "chosen": [says("yes")], "rejected": [says("no")]} for one in ASKED], 3, "L03"),
    trl("dpo-same", "trl-dpo", [{"prompt": "a", "chosen": "b", "rejected": "b"}] * 2, 2, "L06"),
    trl("kto-texts", "trl-kto", [{"prompt": text, "completion": "yes", "label": bool(n % 2)} for n, text in enumerate(TEXTS)], 4, "L03"),
    trl("kto-messages", "trl-kto", [{"prompt": one, "completion": [says("yes")], "label": bool(n % 2)} for n, one in enumerate(ASKED)], 3, "L03"),
    trl("kto-alike", "trl-kto", [{"prompt": "a", "completion": "b", "label": True}] * 2, 2, "L07"),
    trl("kto-named", "trl-kto", [{"prompt": "a", "completion": "b", "label": "good"}] * 2, 0, "L07", stops=True),
    trl("reward-texts", "trl-reward", [{"prompt": "q", "chosen": "yes", "rejected": text} for text in TEXTS], 3, "L03"),
    trl("reward-messages", "trl-reward", [{"chosen": [user("q"), says(text)], "rejected": [user("q"), says("no")]} for text in TEXTS], 3, "L03"),
    factory(
        "factory-turns",
        [
            {"conversations": [human("Hi"), gpt("Yo")]}, {"conversations": [gpt("Yo"), human("Hi")]}, {"conversations": [human("Hi"), gpt("Yo")] * 2},
            {"conversations": [human("Hi"), gpt("Yo"), human("So?")]}, {"conversations": [human("Hi"), CALLED, OBSERVED, OBSERVED, gpt("4")]},
            {"conversations": [{"from": "system", "value": "Be brief."}, human("Hi"), CALLED, OBSERVED, gpt("4")]},
            {"conversations": [{"from": "user", "value": "Hi"}, gpt("Yo")]},
        ], 3, "L20", "L21", **SHAREGPT,
    ),
    factory(
        "factory-tags", [{"messages": TALK}, {"messages": [user("Hi"), {"role": "function_call", "content": CALLED["value"]}, TOLD, says("Yo")]}], 1,
        "L22", tags=FIVE, **MESSAGES,
    ),
    factory(
        "factory-all-tags",
        [{"messages": TALK}, {"messages": [user("Hi"), {"role": "function_call", "content": CALLED["value"]}, ANSWERED, says("Yo")]}],
        2, tags=TAGS, **MESSAGES,
    ),
    factory("factory-columns", [{"instruction": "a", "input": "", "output": "b"}] * 2, 0, "L23", columns={"prompt": "instruction"}),
    factory("factory-calls", [{"messages": [user("Hi"), CALL, {"role": "tool", "content": "4"}, says("Yo")]}], 1, "L24", tags=TAGS, **MESSAGES),
    factory("factory-openai", [{"messages": TALK}] * 2, 2, "L25", formatting="openai", columns={"messages": "messages"}, tags=TAGS),
    factory(
        "factory-pairs", [{"conversations": [human("Hi")], "chosen": "a", "rejected": "b"}] * 2, 0, "L26", stage="rm", formatting="sharegpt",
        ranking=True, columns={"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
    ),
    factory(
        "factory-labels", [{"instruction": "a", "input": "", "output": "b", "kto_tag": 1}] * 2, 0, "L26", stage="kto",
        columns={"prompt": "instruction", "response": "output", "kto_tag": "kto_tag"},
    ),
    factory("factory-empty", [{"instruction": "a", "input": "", "output": ""}, {"instruction": "a", "input": "", "output": "b"}], 2, "L27"),
    tune("tune-null", "openai", [{"messages": [user("a"), {"role": "assistant", "content": None}]}], 1, "L28"),
    tune("tune-null-first", "openai", [{"messages": [{"role": "user", "content": None}, says("a")]}], 0, "L28"),
    tune("tune-tools", "openai", [{"messages": TALK}, {"messages": [user("Hi"), CALL, TOLD, says("Yo")]}], 0, "L29", "L29"),
    tune("tune-sharegpt", "sharegpt", [{"conversations": [human("Hi"), {"from": "tool", "value": "4"}]}], 0, "L29"),
    tune("tune-turns", "openai", [{"messages": [user("a"), user("b"), says("c")]}], 0, "turns"),
    Case("mlx-shapes", "mlx", "mlx_folder", "mlx-lm", [{"messages": TALK}, {"text": "a"}], 0, ("L30",), {"stops": True}),
    Case("mlx-turns", "mlx", "mlx_folder", "mlx-lm", [{"messages": TALK * 2}] * 2, 2, ("L31",)),
    light("openai-mapped", "openai", [{"messages": TALK}, {"messages": [user("Hi"), {**CALL, "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": {}}},
    ]}]}], 0, "L39"),
    light("openai-role", "openai", [{"messages": [{"role": "gpt", "content": "a"}]}], 0, "messages"),
    light("langchain-role", "langchain", [{"messages": [{"role": "gpt", "content": "a"}]}], 0, "messages"),
    light("datasets-dates", "datasets", [{"a": "2024-01-31"}, {"a": "2024-02-01"}], 2, "L16"),
    light("datasets-late", "datasets", [{"a": 1}, {"a": 2, "b": 3}], 2, "L10"),
    Case(
        "ragas-names", "ragas", "ragas_samples", "ragas",
        [{"user_input": "a", "response": "b"}, {"question": "a", "answer": "b"}, {"user_input": "a", "ground_truth": "b"}], 2, ("L35", "L35"),
    ),
    Case("deepeval-names", "deepeval", "deepeval_goldens", "deepeval", [{"input": "a", "expectedOutput": "b"}] * 2, 2, ("L36",)),
]  # fmt: skip
BY_READER: dict[tuple[str, str], list[Case]] = defaultdict(list)
for one in CASES:
    BY_READER[one.environment, one.reader].append(one)


class Loaders:
    """Each loader is asked once, about all its files."""

    def __init__(self, folder: Path) -> None:
        self.letters = str(tokenizer(folder / "tokenizer"))
        self._folder, self._said = folder, dict[tuple[str, str], Any]()

    def path(self, case: Case) -> Path:
        """The file of a case, with a dataset_info.json where it has one."""
        path = self._folder / case.name / "rows.jsonl"
        if not path.exists():
            path.parent.mkdir()
            path.write_text("".join(json.dumps(record) + "\n" for record in case.records), encoding="utf-8")
            if info := case.more.get("info"):
                (path.parent / "dataset_info.json").write_text(json.dumps({case.name: {"file_name": path.name, **info}}), encoding="utf-8")
        return path

    def said(self, case: Case) -> Any:
        """What the real loader says of it."""
        key = (case.environment, case.reader)
        if key not in self._said:
            told = [{**one.more, "name": one.name, "path": str(self.path(one)), **self._measured(one)} for one in BY_READER[key]]
            self._said[key] = asked(*key, told, self._folder)
        return self._said[key][case.name]

    def checked(self, case: Case) -> Checked:
        """What the export check says of it."""
        return check_file(self.path(case), Checking(case.consumer, self.letters if case.most else None, case.most))

    def _measured(self, case: Case) -> dict[str, Any]:
        return {"tokenizer": self.letters} if case.most else {}


@pytest.fixture(scope="module")
def loaders(tmp_path_factory: pytest.TempPathFactory) -> Loaders:
    return Loaders(tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_real_loader_keeps_as_many_rows_as_the_check_says(case: Case, loaders: Loaders) -> None:
    found, said = loaders.checked(case), loaders.said(case)
    assert (said["kept"], found.consumer_keeps) == (case.keeps, case.keeps), said
    assert tuple(sorted(one.code for one in found.findings)) == tuple(sorted(case.codes))
