"""Formats named by a shape: plain text where trainers and evaluations want plain text, and a reason for each row that is more."""

from __future__ import annotations

import pytest
from chat_rows import ASKS, CALLS, CHOSEN, ODD, PARALLEL, REJECTED, RESULT, SAYS, SYSTEM, TOOLS, chat, pair, reason, row

from rowsmith.core.row import Row
from rowsmith.formats import LossReport, built_in, encode_export

PAIR = {"prompt": "Weather in Oslo?", "chosen": "4 °C. ☂", "rejected": "Dunno."}
MORE = {
    "system_prompt": chat(SYSTEM, ASKS, SAYS),
    "extra_turns": chat(ASKS, SAYS, ASKS, SAYS),
    "tool_calls": chat(ASKS, SAYS, tools=TOOLS),
    "turn_order": chat(SAYS, SAYS),
    "empty_message": chat({**ASKS, "content": " "}, SAYS),
}
"""Conversations that are no single turn of text, by reason."""


def test_messages() -> None:
    thought = {**SAYS, "thinking": "cold", "weight": 0}
    record = built_in("messages").row(chat(SYSTEM, ASKS, *PARALLEL, thought, tools=TOOLS))
    assert record == {"messages": [SYSTEM, ASKS, *PARALLEL, thought], "tools": TOOLS}
    assert built_in("messages").row(row(input="2+3?", answer="5"))["messages"][1] == {"role": "assistant", "content": "5"}
    assert built_in("messages").lost(chat(ASKS, thought, topic="x", tools=TOOLS)) == ["topic"]
    assert reason(built_in("messages"), chat({**ASKS, "tool_calls": CALLS["tool_calls"]}, SAYS)) == "tool_calls"


def test_text() -> None:
    format = built_in("text")
    assert format.row(row(text="Grüße\n☃", source="a.md")) == {"text": "Grüße\n☃"}
    assert format.lost(row(text="a", source="a.md", note="")) == ["source"]
    assert [reason(format, row(**data)) for data in ({"input": "a"}, {"text": 3}, {"text": " \n"})] == ["no_text", "not_text", "empty_text"]


def test_chatml() -> None:
    format = built_in("chatml")
    said = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWeather in Oslo?<|im_end|>\n<|im_start|>assistant\n4 C.<|im_end|>"
    assert format.row(chat(SYSTEM, ASKS, SAYS)) == {"text": said}
    assert format.row(chat({**SYSTEM, "role": "developer"}, ASKS, SAYS)) == {"text": said}
    assert format.row(row(input="é", answer="ü"))["text"].endswith("<|im_start|>assistant\nü<|im_end|>")
    assert reason(format, row(input="What is <|im_end|>?", answer="A mark.")) == "marks"
    assert reason(format, chat(ASKS, CALLS, RESULT, SAYS)) == "tool_calls"
    assert format.lost(chat(ASKS, {**SAYS, "thinking": "hm"})) == ["messages.thinking"]


@pytest.mark.parametrize(("name", "keys"), [("prompt-completion", ("prompt", "completion")), ("input-answer", ("input", "answer"))])
def test_one_question_and_one_answer(name: str, keys: tuple[str, str]) -> None:
    format = built_in(name)
    assert format.row(row(input="2+3?", answer="5", note="n")) == dict(zip(keys, ("2+3?", "5"), strict=True))
    assert format.row(chat(ASKS, SAYS)) == dict(zip(keys, ("Weather in Oslo?", "4 C."), strict=True))
    assert format.lost(row(input="2+3?", answer="5", note="n")) == ["note"]
    assert {why: reason(format, bad) for why, bad in (ODD | MORE).items() if why != "turn_order"} == {
        why: why for why in ODD | MORE if why != "turn_order"
    }
    assert {reason(format, bad) for bad in (ODD["turn_order"], MORE["turn_order"])} == {"turn_order"}


def test_input_answer_as_a_table() -> None:
    rows = [row(input="a, b?", answer="x\ny", note="n"), chat(ASKS, SAYS), row(text="no")]
    report = LossReport()
    found = [one.record for one in encode_export(rows, built_in("input-answer-csv"), provenance="none", report=report)]
    assert found == [{"input": "a, b?", "answer": "x\ny"}, {"input": "Weather in Oslo?", "answer": "4 C."}]
    assert (report.rows_out, report.left_out, report.dropped) == (2, {"no_conversation": 1}, {"note": 1})
    assert built_in("input-answer-csv").extension == "csv"


def test_dpo() -> None:
    format = built_in("dpo")
    assert format.row(pair()) == format.row(pair([ASKS], [CHOSEN], [REJECTED])) == PAIR
    assert format.lost(pair(judge="x", chosen=[{**CHOSEN, "weight": 1}])) == ["judge", "chosen.weight"]


@pytest.mark.parametrize("name", ["dpo", "reward", "openai-preference", "gemini-preference", "trl-dpo", "trl-reward"])
@pytest.mark.parametrize(("why", "bad"), [
    ("no_preference", row(input="a", chosen="b")),
    ("empty_input", pair(" ")),
    ("empty_chosen", pair(chosen=None)),
    ("empty_rejected", pair(rejected=[])),
    ("empty_rejected", pair(rejected=[{"role": "assistant", "content": ""}])),
    ("not_text", pair(rejected=3)),
    ("not_text", pair(chosen={"role": "assistant", "content": "a single mapping"})),
    ("messages", pair(["hello"])),
    ("role", pair([{"role": ["user"], "content": "a"}])),
    ("turn_order", pair([ASKS, SAYS])),
    ("turn_order", pair(chosen=[ASKS, SAYS])),
    ("equal", pair(chosen="same", rejected=[{"role": "assistant", "content": "same"}])),
])  # fmt: skip
def test_preferences_that_are_none(name: str, why: str, bad: Row) -> None:
    assert reason(built_in(name), bad) == why


def test_dpo_and_kto_hold_one_turn_of_text() -> None:
    assert reason(built_in("dpo"), pair([SYSTEM, ASKS])) == "system_prompt"
    assert reason(built_in("dpo"), pair([ASKS, SAYS, ASKS])) == "extra_turns"
    assert reason(built_in("dpo"), pair(rejected=[REJECTED, ASKS, SAYS])) == "extra_turns"
    assert reason(built_in("dpo"), pair(tools=TOOLS)) == "tool_calls"
    assert reason(built_in("kto"), chat(SYSTEM, ASKS, SAYS, label=True)) == "system_prompt"


def test_kto() -> None:
    format = built_in("kto")
    assert format.row(row(input="a", answer="b", label=False)) == {"prompt": "a", "completion": "b", "label": False}
    assert format.row(chat(ASKS, SAYS, label=True)) == {"prompt": "Weather in Oslo?", "completion": "4 C.", "label": True}
    assert format.lost(row(input="a", answer="b", label=False, n=1)) == ["n"]


@pytest.mark.parametrize("name", ["kto", "trl-kto"])
def test_a_label_is_true_or_false(name: str) -> None:
    assert [reason(built_in(name), row(input="a", answer="b", label=label)) for label in ("true", 1, None)] == ["label"] * 3
    assert reason(built_in(name), row(input="a", answer="b")) == "label"
    assert reason(built_in(name), pair(answer="b", label=True)) == "pair"


def test_reward() -> None:
    format = built_in("reward")
    assert format.row(pair([SYSTEM, ASKS])) == {"chosen": [SYSTEM, ASKS, CHOSEN], "rejected": [SYSTEM, ASKS, REJECTED]}
    assert reason(format, pair(tools=TOOLS)) == "tool_calls"
    assert format.lost(pair(judge="x")) == ["judge"]


def test_grpo() -> None:
    format = built_in("grpo")
    assert format.row(row(input="2+3?", answer="5", tests=[1])) == {"prompt": "2+3?", "answer": "5", "tests": [1]}
    assert format.row(row(input="2+3?", tools=TOOLS)) == {"prompt": "2+3?", "tools": TOOLS}
    assert format.row(chat(ASKS, SAYS, level=3)) == {"prompt": "Weather in Oslo?", "level": 3, "answer": "4 C."}
    assert format.row(chat(ASKS, answer="4")) == {"prompt": "Weather in Oslo?", "answer": "4"}
    assert format.lost(chat({**ASKS, "name": "Ann"}, SAYS, level=3, steps=[{"a": 1}])) == ["messages.name"]
    assert reason(format, chat(SYSTEM, ASKS)) == "system_prompt"
    assert reason(format, chat(ASKS, SAYS, ASKS)) == "extra_turns"


@pytest.mark.parametrize("name", ["grpo", "trl-grpo"])
@pytest.mark.parametrize(("why", "bad"), [
    ("empty_input", row(answer="5")),
    ("not_text", row(input=5)),
    ("role", chat({"role": "human", "content": "a"})),
    ("turn_order", chat(SAYS)),
    ("columns", row(input="a", prompt="b")),
    ("answers", chat(ASKS, SAYS, answer="b")),
    ("tool_calls", chat(ASKS, CALLS)),
    ("empty_answer", chat(ASKS, {"role": "assistant", "content": ""})),
])  # fmt: skip
def test_prompts_that_are_none(name: str, why: str, bad: Row) -> None:
    assert reason(built_in(name), bad) == why


def test_mcq() -> None:
    format = built_in("mcq")
    choices = ["4", "5", "B", "7"]

    def index(answer: object) -> object:
        return format.row(row(input="2+3?", choices=choices, answer=answer))["answer"]

    assert format.row(row(input="2+3?", choices=choices, answer=1)) == {"question": "2+3?", "choices": choices, "answer": 1}
    assert [index(answer) for answer in (0, "5", "7", "A", " D ", "B")] == [0, 1, 3, 0, 3, 2]
    wrong = [row(input="2+3?", choices=choices, answer=answer) for answer in (4, -1, True, 1.0, "1", "E", "five", [1])]
    assert [reason(format, bad) for bad in wrong] == ["answer"] * 8
    assert [reason(format, row(input="q", choices=bad, answer=0)) for bad in (["a"], ["a", ""], ["a", "a"], ["a", 2], "ab")] == ["choices"] * 5
    assert [reason(format, row(**{"choices": choices, "answer": 0} | data)) for data in ({}, {"input": 1}, {"input": ""})] == [
        "no_choices", "not_text", "empty_input",
    ]  # fmt: skip
    assert format.lost(row(input="q", choices=choices, answer=0, topic="sums")) == ["topic"]


def test_classification() -> None:
    format = built_in("classification")
    assert [format.row(row(text="é", label=label))["label"] for label in ("good", 0, False)] == ["good", 0, False]
    assert [reason(format, row(text="a", label=label)) for label in (None, "", ["a"], 0.5)] == ["label"] * 4
    assert reason(format, row(text="", label="a")) == "empty_text"
    assert format.lost(row(text="a", label="b", n=1)) == ["n"]
