"""transform.rewrite and transform.translate: which texts, what is kept of them, what may not be lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asking_context import row, work

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop
from rowsmith.core.step import COLUMN
from rowsmith.steps.transform.rewrite import Rewrite
from rowsmith.steps.transform.translate import Translate

ASKED = row({"input": "Where does tea grow?", "answer": "In Assam.", "tone": "gruff"}, origin={"source": {"name": "d"}})
CHAT = row({"messages": [
    {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi!"}, {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "Bye!"},
]})  # fmt: skip


def by_schema(say: Callable[[str], str]) -> Any:
    """A model that says of each text that stands in the record something else."""

    def give(messages: Any) -> Any:
        body = messages[-1]["content"]
        texts = [piece for piece in body.split("--- ") if " ---\n" in piece or piece]
        found = {}
        for piece in texts:
            head, _, text = piece.partition(" ---\n")
            if text and not head.endswith("end"):
                found[head.split(" ", 1)[1]] = say(text.rstrip("\n"))
        return found

    return give


def test_what_a_user_says_is_rewritten_and_the_rest_stays() -> None:
    step = Rewrite(within=["question"], instruction="In a {{ tone }} voice.", columns=["answer"], old={"input": "original"})
    (found,), ctx = work(step, ASKED, {"input": "Tea. Where?"})
    assert found.data == {"input": "Tea. Where?", "answer": "In Assam.", "tone": "gruff", "original": "Where does tea grow?"}
    assert found.origin == {"source": {"name": "d"}, "rewritten": {"input": "Where does tea grow?"}}
    assert (found.id, list(ctx.asks[0]["schema"]["properties"])) == (ASKED.id, ["input"])
    assert "Rewrite the texts input as follows. In a gruff voice." in ctx.request
    assert "beside: answer ---\nIn Assam." in ctx.request
    assert step.columns(frozenset({"input"})) == {"input", "original"}
    assert step.marked(COLUMN)["old"] == ["input"]


def test_all_turns_of_a_chat_are_asked_for_in_one_call() -> None:
    (found,), ctx = work(Rewrite(within=["question"], instruction="Louder."), CHAT, by_schema(str.upper))
    assert [one["content"] for one in found.data["messages"]] == ["Be kind.", "HI!", "Hello.", "BYE!"]
    assert found.origin["rewritten"] == {"messages.1.content": "Hi!", "messages.3.content": "Bye!"}
    assert len(ctx.asks) == 1


def test_the_origin_keeps_what_stood_there_at_first() -> None:
    step = Rewrite(within=["input"], instruction="Again.")
    (once,), _ = work(step, ASKED, {"input": "two"})
    (twice,), _ = work(step, once, {"input": "three"})
    assert (twice.data["input"], twice.origin["rewritten"]) == ("three", {"input": "Where does tea grow?"})


def test_a_row_that_comes_back_as_it_was_is_dropped_unless_that_is_fine() -> None:
    same = {"input": " Where does  tea grow?"}
    assert work(Rewrite(within=["input"], instruction="x"), ASKED, same)[0] == [Drop("unchanged", "The model gave input as it was.")]
    (found,), _ = work(Rewrite(within=["input"], instruction="x", differs=False), ASKED, same)
    assert found.data == ASKED.data


def test_a_row_without_such_a_text_or_a_blank_answer_fails() -> None:
    with pytest.raises(RowFailed, match="no text in context") as lacking:
        work(Rewrite(within=["context"], instruction="x"), ASKED, {})
    assert lacking.value.reason == "no_text"
    with pytest.raises(RowFailed, match="left 'input' blank"):
        work(Rewrite(within=["input"], instruction="x"), ASKED, {"input": " "})


def test_columns_and_messages_are_translated_but_labels_tools_and_calls() -> None:
    data = {
        "messages": [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{\"place\": \"here\"}"}}]}],
        "tools": [{"type": "function", "function": {"name": "look", "description": "Looks."}}], "label": "greeting", "note": "Kind.",
    }  # fmt: skip
    (found,), ctx = work(Translate(language="de"), row(data), by_schema(lambda text: f"<{text}>"))
    assert found.data["messages"][0]["content"] == "<Hello.>"
    assert (found.data["note"], found.data["label"]) == ("<Kind.>", "greeting")
    assert (found.data["tools"], found.data["messages"][1]) == (data["tools"], data["messages"][1])
    assert "into German" in ctx.request
    assert found.origin["rewritten"] == {"messages.0.content": "Hello.", "note": "Kind."}


def test_the_language_may_stand_in_the_row_and_terms_are_told_where_they_occur() -> None:
    step = Translate(language="{{ tone }}", within=["answer"], terms={"Assam": "Asam", "Peru": "Peru"})
    (found,), ctx = work(step, ASKED, {"answer": "In Asam, knurr."})
    assert found.data["answer"] == "In Asam, knurr."
    assert "into gruff" in ctx.request
    assert "- Assam: Asam" in ctx.request
    assert "Peru" not in ctx.request


CODE = "Run `make demo` with {name}, see https://example.org/a.\n```py\n# say so\nx = 1\n```\n"


def test_code_addresses_and_placeholders_stay_or_it_is_asked_again_and_then_the_row_is_dropped() -> None:
    good = "Starte `make demo` mit {name}, siehe https://example.org/a.\n```py\n# sag es\nx = 1\n```\n"
    answers = iter([good.replace("make demo", "mache demo"), good])
    (found,), ctx = work(Translate(language="de", within=["text"]), row({"text": CODE}), lambda _: {"text": next(answers)})
    assert found.data["text"] == good
    assert len(ctx.asks) == 2
    assert "word for word:\nmake demo" in ctx.asks[1]["messages"][-1]["content"]
    for lost in ("make demo", "{name}", "https://example.org/a", "x = 1"):
        bad = good.replace(lost, "...")
        dropped, ctx = work(Translate(language="de", within=["text"], asks=1), row({"text": CODE}), {"text": bad})
        assert dropped == [Drop("not_kept", f"Not in the translation: {lost}")]
        assert len(ctx.asks) == 1


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Rewrite(instruction="x", old={"text": "text"}), "give it another column"),
        (Rewrite(instruction="x", old={"a": "c", "b": "c"}), "one column"),
        (Rewrite(instruction="x", prompt="{{ record }}"), "{{ paths }}"), (Translate(language="de", prompt="x", system=""), "{{ record }}"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_told(step: Any, said: str) -> None:
    assert any(said in problem for problem in step.check())
    assert Rewrite(instruction="x").check() == Translate(language="de").check() == []
