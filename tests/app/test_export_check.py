"""Each silent loss of the catalogue is made on purpose, and the export check names it; a sound input it lets pass."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tiny_tokenizer import tokenizer

from rowsmith.app.conversion import convert
from rowsmith.app.export_check import Checking, check_file
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.formats import consumers, rules

Records = list[dict[str, Any]]
File = str | Records
"""The text of a file, or the records of its lines."""


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def says(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def human(text: str) -> dict[str, Any]:
    return {"from": "human", "value": text}


def gpt(text: str) -> dict[str, Any]:
    return {"from": "gpt", "value": text}


def called(arguments: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}]}


def showing(url: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}


LONG = "x" * 200
TOLD = {"role": "tool", "tool_call_id": "1", "content": "4"}
TALK = [user("Hi"), says("Yo")]
SEEN = [{"role": "user", "content": [{"type": "image"}]}, says("Yo")]
CALLING = [user("Hi"), called("{}"), TOLD, says("Yo")]
ALL_TAGS = {
    "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant", "observation_tag": "tool",
    "function_tag": "function_call", "system_tag": "system",
}  # fmt: skip
FIVE_TAGS = {name: tag for name, tag in ALL_TAGS.items() if name not in ("observation_tag", "function_tag")}


@dataclass(frozen=True)
class Case:
    """Input that is lossy in one way, and input that is not; what the check says of the first: the effect, and the rows that are kept."""

    code: str
    consumer: str
    lossy: File
    sound: File
    effect: str
    keeps: int
    file: str = "rows.jsonl"
    most: int | None = None
    info: tuple[Any, Any] | None = None
    rows: int = field(default=1)


CASES = [
    Case(
        "L01", "trl-sft", [{"prompt": LONG, "completion": "y"}, {"prompt": "a", "completion": "y"}],
        [{"prompt": "a", "completion": "y"}], "lost", 1, most=100,
    ),
    Case(
        "L01", "trl-sft", [{"prompt": [user(LONG)], "completion": [says("y")]}],
        [{"prompt": [user("a")], "completion": [says("y")]}], "lost", 0, most=100,
    ),
    Case("L02", "trl-sft", [{"messages": [user("a"), says(LONG)]}], [{"messages": TALK}], "altered", 1, most=100),
    Case("L02", "trl-sft", [{"prompt": "a", "completion": LONG}], [{"text": "a"}], "altered", 1, most=100),
    Case(
        "L03", "trl-dpo", [{"prompt": LONG, "chosen": "a", "rejected": "b"}], [{"prompt": "a", "chosen": LONG, "rejected": "b"}], "lost", 0, most=100,
    ),
    Case(
        "L03", "trl-kto", [{"prompt": LONG, "completion": "a", "label": True}],
        [{"prompt": "a", "completion": "b", "label": True}], "lost", 0, most=100,
    ),
    Case("L03", "trl-reward", [{"chosen": "a", "rejected": LONG}], [{"chosen": "a", "rejected": "b"}], "lost", 0, most=100),
    Case("L04", "trl-sft", [{"conversations": [human("Hi"), gpt("Yo")]}], [{"messages": TALK}], "altered", 1),
    Case("L05", "trl-sft", [{"messages": TALK}], [{"prompt": [user("Hi")], "completion": [says("Yo")]}], "noted", 1),
    Case("L06", "trl-dpo", [{"prompt": "a", "chosen": "b", "rejected": "b"}], [{"prompt": "a", "chosen": "b", "rejected": "c"}], "altered", 1),
    Case("L06", "trl-reward", [{"chosen": LONG, "rejected": LONG + "."}], [{"chosen": LONG, "rejected": "y" * 200}], "noted", 1),
    Case("L07", "trl-kto", [{"prompt": "a", "completion": "b", "label": "yes"}], [{"prompt": "a", "completion": "b", "label": 1}], "stops", 0),
    Case(
        "L07", "trl-kto", [{"prompt": "a", "completion": "b", "label": True}] * 2,
        [{"prompt": "a", "completion": "b", "label": label} for label in (True, False)], "noted", 2, rows=2,
    ),
    Case("L08", "trl-sft", [{"text": ""}], [{"text": "a"}], "altered", 1),
    Case("L08", "trl-sft", [{"prompt": [user("a")], "completion": [says("")]}], [{"prompt": [user("a")], "completion": [says("b")]}], "altered", 1),
    Case("L08", "unsloth", [{"text": "a", "messages": TALK}], [{"text": "a"}], "altered", 1),
    Case("L09", "trl-sft", [{"text": "a"}], [{"prompt": "a", "completion": "b"}], "noted", 1),
    Case("L10", "datasets", [{"a": 1}, {"a": 2, "b": 3}], [{"a": 1, "b": 2}, {"a": 2, "b": 3}], "noted", 2),
    Case(
        "L11", "trl-sft", [{"messages": [user("a"), called({"x": 1}), TOLD, called({"y": 1}), TOLD, says("b")]}], [{"messages": CALLING}], "noted", 1,
    ),
    Case("L12", "pandas", "a,b\nNA,x\n", "a,b\nno,x\n", "altered", 1, file="rows.csv"),
    Case("L12", "datasets", "a,b\nx,null\n", "a,b\nx,nothing\n", "altered", 1, file="rows.csv"),
    Case("L13", "polars", "a,b\n00123,x\n7,y\n", "a,b\n123,x\n7,y\n", "altered", 2, file="rows.csv"),
    Case("L13", "pyarrow", "a,b\ntrue,x\nfalse,y\n", "a,b\ntrue,x\nperhaps,y\n", "altered", 2, file="rows.csv", rows=2),
    Case("L14", "pandas", "q,a\nx,y\n1,2,3\n", "q,a\nx,y\n", "altered", 2, file="rows.csv"),
    Case("L14", "polars", "q,a\nx,y\n1,2,3\n", "q,a\nx,y\n", "stops", 0, file="rows.csv"),
    Case("L15", "datasets", "q;a\nx;y\n", "q,a\nx,y\n", "altered", 1, file="rows.csv"),
    Case("L15", "pandas", "q\ta\nx\ty\n", "q,a\nx,y\n", "altered", 1, file="rows.tsv"),
    Case("L16", "datasets", [{"a": "2024-01-31"}, {"a": "2024-02-01T10:00:00"}], [{"a": "2024-01-31"}, {"a": "soon"}], "altered", 2, rows=2),
    Case("L16", "pyarrow", '{"a": 1180591620717411303424}\n', '{"a": 5}\n', "noted", 1),
    Case("L17", "pandas", [{"a": "00123"}], [{"a": "x123"}], "altered", 1),
    Case("L17", "pandas", [{"modified": "2024-01-31"}], [{"said": "2024-01-31"}], "altered", 1),
    Case("L18", "polars", [{"a": 1}] * 200 + [{"a": 1, "b": 2}], [{"a": 1}, {"a": 1, "b": 2}], "altered", 201),
    Case("L19", "pyarrow", [{"a": 1}, {"b": 1}], [{"a": 1}, {"a": 2}], "noted", 2),
    Case(
        "L20", "llama-factory", [{"conversations": [gpt("Yo"), human("Hi")]}, {"conversations": [human("Hi"), gpt("Yo")]}],
        [{"conversations": [human("Hi"), gpt("Yo")]}], "lost", 1,
    ),
    Case(
        "L20", "llama-factory", [{"conversations": [human("Hi"), gpt("Yo"), human("Hi")]}], [{"conversations": [human("Hi"), gpt("Yo")]}], "lost", 0,
    ),
    Case(
        "L21", "llama-factory",
        [{"conversations": [human("Hi"), {"from": "function_call", "value": "[]"}, *[{"from": "observation", "value": "4"}] * 2, gpt("Yo")]}],
        [{"conversations": [human("Hi"), {"from": "function_call", "value": "[]"}, {"from": "observation", "value": "4"}, gpt("Yo")]}], "lost", 0,
    ),
    Case(
        "L22", "llama-factory", [{"messages": [user("Hi"), {"role": "function_call", "content": "{}"}, TOLD, says("Yo")]}, {"messages": TALK}],
        [{"messages": TALK}], "lost", 1, info=({"formatting": "sharegpt", "tags": FIVE_TAGS}, {"formatting": "sharegpt", "tags": ALL_TAGS}),
    ),
    Case("L22", "llama-factory", [{"messages": TALK}], [{"conversations": [human("Hi"), gpt("Yo")]}], "noted", 1),
    Case(
        "L23", "llama-factory", [{"instruction": "a", "output": "b"}], [{"instruction": "a", "output": "b"}], "lost", 0,
        info=({"columns": {"prompt": "instruction"}}, {"columns": {"prompt": "instruction", "response": "output"}}),
    ),
    Case("L24", "llama-factory", [{"messages": CALLING}], [{"messages": TALK}], "altered", 1),
    Case(
        "L25", "llama-factory", [{"messages": TALK}], [{"messages": TALK}], "altered", 1,
        info=({"formatting": "openai", "tags": ALL_TAGS}, {"formatting": "sharegpt", "tags": ALL_TAGS}),
    ),
    Case(
        "L26", "llama-factory", [{"conversations": [human("Hi")], "chosen": "a", "rejected": "b"}],
        [{"conversations": [human("Hi")], "chosen": gpt("a"), "rejected": gpt("b")}], "lost", 0,
    ),
    Case(
        "L26", "llama-factory", [{"instruction": "a", "output": "b", "kto_tag": 1}],
        [{"instruction": "a", "output": "b", "kto_tag": True}], "lost", 0,
    ),
    Case("L27", "llama-factory", [{"instruction": "a", "output": ""}], [{"instruction": "a", "output": "b"}], "altered", 1),
    Case("L27", "llama-factory", [{"instruction": "a", "output": "b", "history": [["c", "d"]]}], [{"instruction": "a", "output": "b"}], "noted", 1),
    Case("L28", "torchtune", [{"messages": [user("a"), {"role": "assistant", "content": None}]}], [{"messages": TALK}], "altered", 1),
    Case("L28", "torchtune", [{"messages": [{"role": "user", "content": None}, says("a")]}], [{"messages": TALK}], "stops", 0),
    Case("L29", "torchtune", [{"messages": CALLING}], [{"messages": TALK}], "stops", 0),
    Case("L29", "torchtune", [{"messages": [user("a"), called("{}")]}], [{"messages": TALK}], "altered", 1),
    Case(
        "L29", "torchtune", [{"conversations": [human("a"), {"from": "tool", "value": "4"}]}],
        [{"conversations": [human("a"), gpt("b")]}], "stops", 0,
    ),
    Case("L30", "mlx-lm", [{"messages": TALK}, {"text": "a"}], [{"messages": TALK}], "stops", 0),
    Case("L30", "mlx-lm", '{"text": "a"}\n\n{"text": "b"}\n', '{"text": "a"}\n{"text": "b"}\n', "stops", 0),
    Case("L30", "mlx-lm", [{"text": "a"}], [{"text": "a"}, {"text": "b"}], "lost", 0, file="validation.jsonl valid.jsonl"),
    Case("L31", "mlx-lm", [{"messages": TALK * 2}], [{"messages": TALK}], "noted", 1),
    Case("L32", "unsloth", [{"talk": [human("Hi"), gpt("Yo")], "text": "a"}], [{"conversations": [human("Hi"), gpt("Yo")]}], "altered", 1),
    Case("L32", "unsloth", [{"conversations": [{**human("Hi"), "weight": 1}]}], [{"conversations": [human("Hi"), gpt("Yo")]}], "stops", 0),
    Case("L33", "axolotl", [{"chosen": TALK * 2, "rejected": TALK}], [{"chosen": TALK, "rejected": TALK}], "altered", 1),
    Case("L34", "axolotl", [{"messages": [user(LONG), says("a")]}, {"messages": TALK}], [{"messages": TALK}], "lost", 1, most=100),
    Case("L35", "ragas", [{"question": "a", "answer": "b"}], [{"user_input": "a", "response": "b"}], "lost", 0),
    Case("L35", "ragas", [{"user_input": "a", "ground_truth": "b"}], [{"user_input": "a", "reference": "b"}], "altered", 1),
    Case("L35", "ragas", [{"user_input": TALK}], [{"user_input": [{"type": "human", "content": "Hi"}]}], "altered", 1),
    Case("L36", "deepeval", [{"input": "a", "expectedOutput": "b"}], [{"input": "a", "expected_output": "b"}], "altered", 1),
    Case("L37", "deepeval", "input,context\na,b|c\n", "input,context\na,b\n", "noted", 1, file="rows.csv"),
    Case("L37", "deepeval", [{"input": "a", "context": "c"}], [{"input": "a", "context": ["c"]}], "altered", 1),
    Case(
        "L38", "promptfoo", [{"vars": {"input": "{{ 7*7 }}"}}],
        [{"vars": {"input": '{{ "{{" }} 7*7 }}', "raw": "{% raw %}{{ 7 }}{% endraw %}"}}], "altered", 1,
    ),
    Case("L38", "promptfoo", [{"vars": {"input": ["a", "b"]}}], [{"vars": {"input": "a"}}], "altered", 1),
    Case("L39", "openai", [{"messages": [user("a"), called({})]}], [{"messages": CALLING}], "stops", 0),
    Case("L40", "together", [{"messages": [says("a"), user("b")]}], [{"messages": TALK}], "stops", 0),
    Case("L40", "together", [{"messages": TALK, "text": "a"}], [{"messages": TALK}], "stops", 0),
    Case(
        "L41", "gemini", [{"contents": [{"role": "user", "parts": []}, {"role": "assistant", "parts": []}]}],
        [{"contents": [{"role": "user", "parts": []}, {"role": "model", "parts": []}]}], "stops", 0,
    ),
    Case(
        "L41", "gemini", [{"contents": [{"role": "user", "parts": []}], "completions": [{"score": 1}, {"score": 1}]}],
        [{"contents": [{"role": "user", "parts": []}], "completions": [{"score": 1.0}, {"score": 0.0}]}], "stops", 0,
    ),
    Case("L42", "spreadsheet", [{"a": "x" * 32_768}], [{"a": "x" * 32_767}], "altered", 1),
    Case("L42", "spreadsheet", "a,b\n=1+1,x\n", "a,b\n'=1+1,x\n", "altered", 1, file="rows.csv"),
    Case("L43", "pandas", "SELECT '{\"a\": 1}' AS x", "SELECT 'a' AS x", "altered", 1, file="rows.parquet"),
    Case("L44", "openai", [{"messages": [showing("data:image/gif;base64,R0lG"), says("Yo")]}],
         [{"messages": [showing("data:image/png;base64,iVBO"), says("Yo")]}], "lost", 0),
    Case("L44", "openai", [{"messages": [showing("cat.png"), says("Yo")]}],
         [{"messages": [showing("https://example.com/cat.png"), says("Yo")]}], "lost", 0),
    Case("L45", "trl-vision", [{"messages": SEEN, "images": ["a.png"], "tools": [{"type": "function"}]}],
         [{"messages": SEEN, "images": ["a.png"]}], "altered", 1),
]  # fmt: skip


def written(folder: Path, content: File, name: str, info: Any = None) -> Path:
    folder.mkdir()
    path = folder / name
    if info is not None:
        (folder / "dataset_info.json").write_text(json.dumps({"rows": {"file_name": name, **info}}), encoding="utf-8")
    if name.endswith(".parquet"):
        duckdb.sql(f"COPY ({content}) TO '{path}'")
    else:
        path.write_text(content if isinstance(content, str) else "".join(json.dumps(one) + "\n" for one in content), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tokenizer(tmp_path_factory.mktemp("tokenizer")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.consumer}-{case.effect}")
def test_a_loss_is_named_and_a_sound_file_passes(case: Case, tmp_path: Path, letters: str) -> None:
    lossy, sound = (case.file.split() * 2)[:2]
    asked = Checking(case.consumer, letters if case.most else None, case.most)
    found = check_file(written(tmp_path / "lossy", case.lossy, lossy, case.info and case.info[0]), asked)
    [finding] = [one for one in found.findings if (one.code, one.effect) == (case.code, case.effect)]
    assert (finding.rows, found.consumer_keeps, bool(found.failing)) == (case.rows, case.keeps, case.effect != "noted")
    assert finding.what and finding.fix and finding.examples[0]["detail"]
    passed = check_file(written(tmp_path / "sound", case.sound, sound, case.info and case.info[1]), asked)
    assert not [one for one in passed.findings if (one.code, one.effect) == (case.code, case.effect)]
    assert (passed.consumer_keeps, passed.failing) == (passed.rows_in, [])


def test_all_45_are_there_and_each_has_a_case() -> None:
    codes = {rule.code for rule, _ in rules() if rule.code.startswith("L")}
    assert codes == {f"L{n:02}" for n in range(1, 46)}
    tried = {(case.code, case.consumer, case.effect) for case in CASES} | {("L42", "spreadsheet", "lost")}  # a test of its own
    for code in codes:
        effects = {rule.effect for rule, _ in rules() if rule.code == code}
        assert effects == {effect for known, _, effect in tried if known == code}


def test_a_sheet_ends_where_excel_s_does(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "x,y\n" * 1_048_576, encoding="utf-8")
    found = check_file(path, Checking("spreadsheet"))
    assert (found.rows_in, found.consumer_keeps, [one.code for one in found.findings]) == (1_048_576, 1_048_575, ["L42"])


def test_what_is_not_known_is_said_and_not_guessed(tmp_path: Path, letters: str) -> None:
    path = written(tmp_path / "a", [{"prompt": LONG * 100, "completion": "y"}], "rows.jsonl")
    found = check_file(path, Checking("trl-sft"))
    assert (found.consumer_keeps, found.max_length, found.failing) == (1, 1024, [])
    assert "L01, L02" in found.unknown[0] and "1,024 tokens" in found.unknown[0]
    known = check_file(path, Checking("trl-sft", letters))
    assert (known.consumer_keeps, known.unknown, known.max_length) == (0, [], 1024)


@pytest.mark.parametrize("consumer", consumers())
def test_no_record_of_any_shape_breaks_a_check(consumer: str, tmp_path: Path) -> None:
    odd: Records = [
        {"messages": "text"}, {"messages": []}, {"messages": [1, None]}, {"messages": [{}]}, {"conversations": 3}, {"vars": None, "assert": {}},
        {"prompt": None, "completion": []}, {"chosen": {}, "rejected": []}, {"contents": [[]], "completions": [{"completion": 1}]}, {"input": []},
        {"messages": [{"role": ["a"], "content": {"b": 1}, "tool_calls": "x"}]}, {"choices": 1, "answer": None, "label": [], "text": 3},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": "f"}, 3]}]}, {"history": 1, "instruction": [], "output": 2, "kto_tag": "x"},
    ]  # fmt: skip
    found = check_file(written(tmp_path / "a", odd, "rows.jsonl"), Checking(consumer))
    assert found.rows_in == len(odd)


def test_who_reads_a_file_is_known_by_its_format_or_asked_for(tmp_path: Path) -> None:
    assert check_file(written(tmp_path / "a", [{"instruction": "a", "input": "", "output": "b"}], "rows.jsonl")).consumer == "llama-factory"
    with pytest.raises(Invalid, match="who will read it is not known"):
        check_file(written(tmp_path / "b", [{"colour": "red"}], "rows.jsonl"))
    with pytest.raises(NotFound, match="Did you mean 'axolotl'"):
        check_file(tmp_path / "b" / "rows.jsonl", Checking("axolotle"))
    with pytest.raises(Invalid, match="looks at no length"):
        check_file(tmp_path / "b" / "rows.jsonl", Checking("pandas", "somewhere"))
    with pytest.raises(Invalid, match="needs a tokenizer"):
        check_file(tmp_path / "b" / "rows.jsonl", Checking("trl-sft", None, 5))


def test_broken_lines_stop_the_reader(tmp_path: Path) -> None:
    found = check_file(written(tmp_path / "a", '{"text": "a"}\n{"text"\n', "rows.jsonl"), Checking("trl-sft"))
    assert (found.rows_in, found.consumer_keeps) == (2, 0)
    assert [(one.code, one.examples[0]["line"]) for one in found.failing] == [("broken", 2)]


def test_a_refusal_says_that_rows_are_kept_and_altered(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("input,answer\nNA,x\nq,y\n", encoding="utf-8")
    with pytest.raises(Invalid, match="pandas would keep 2 of 2 rows, and not all of them as they are"):
        convert(tmp_path / "a.csv", tmp_path / "b.csv", "csv", checking=Checking("pandas"))
