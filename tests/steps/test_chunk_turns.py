from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.tokens import count_tokens
from rowsmith.steps.chunk.turns import Turns

CTX = StepContext(Path())


def says(*said: str) -> list[dict[str, str]]:
    """Messages: "u words" is the user's, "a words" the assistant's, "s" the system's, "t" a tool's."""
    roles = {"u": "user", "a": "assistant", "s": "system", "t": "tool"}
    return [{"role": roles[one[0]], "content": one[2:]} for one in said]


def cut(parent: Row, **given: Any) -> tuple[list[New | Drop], str]:
    """The windows, and the reason for which the row failed behind them."""
    found: list[New | Drop] = []
    try:
        for one in Turns(**given).rows(parent, CTX):
            found.append(one)
    except RowFailed as error:
        return found, error.reason
    return found, ""


def shown(found: list[Any]) -> list[list[str]]:
    return [[f"{one['role'][0]} {one['content']}" for one in new.data["messages"]] for new in found]


TALK = says("s be kind", "u one two three", "a four five six", "u seven eight", "a nine ten", "t eleven", "a twelve", "u thirteen", "a fourteen")


def test_windows_begin_with_the_user_and_carry_the_system_prompt() -> None:
    found, failed = cut(row({"messages": TALK, "n": 1}), size=13)
    assert (shown(found), failed) == ([
        ["s be kind", "u one two three", "a four five six"],
        ["s be kind", "u seven eight", "a nine ten", "t eleven", "a twelve"],
        ["s be kind", "u thirteen", "a fourteen"],
    ], "")  # fmt: skip
    assert [new.origin["chunk"]["turns"] for new in found] == [[2, 3], [4, 7], [8, 9]]
    assert [(new.origin["chunk"]["index"], new.origin["chunk"]["of"], new.data["n"]) for new in found] == [(0, 3, 1), (1, 3, 1), (2, 3, 1)]
    assert len(cut(row({"messages": TALK}), size=100)[0]) == 1


def test_overlap_is_in_turns_and_in_whole_exchanges() -> None:
    talk = says(*(f"{who} {n}" for n in range(6) for who in "ua"))
    plain, shared = cut(row({"messages": talk}), size=8)[0], cut(row({"messages": talk}), size=8, overlap=3)[0]
    assert [new.origin["chunk"]["turns"] for new in plain] == [[1, 8], [9, 12]]
    assert [new.origin["chunk"]["turns"] for new in shared] == [[1, 8], [7, 12]]


def test_a_long_exchange_is_cut_between_turns_and_a_long_message_is_named() -> None:
    talk = says("u " + "word " * 6, "a " + "word " * 6, "a short", "u " + "word " * 50, "a yes", "u end")
    found, failed = cut(row({"messages": talk}), size=10)
    assert [new.origin["chunk"]["turns"] for new in found] == [[1, 1], [2, 3], [5, 6]]
    assert failed == "too_long"
    assert cut(row({"messages": says("s " + "word " * 50, "u hi")}), size=10) == ([], "too_long")


def test_a_transcript_is_cut_along() -> None:
    text = "## User\n\nOne two three.\n\n## Assistant\n\nFour five six.\n\n## User\n\nSeven."
    marks = {"turns": [[0, 1], [25, 2], [text.rindex("## User"), 3]]}
    source = {"source": {"name": "f", "span": [0, len(text)], "marks": marks}}
    talk = says("u One two three.", "a Four five six.", "u Seven.")
    found, _ = cut(row({"messages": talk, "text": text}, origin=source), size=9)
    assert [new.data["text"] for new in found] == [text[: text.rindex("## User")].strip(), "## User\n\nSeven."]
    for new in found:
        start, end = new.origin["source"]["span"]
        assert text[start:end] == new.data["text"]
    assert found[1].origin["source"]["turns"] == [3, 3]
    assert [new.data["text"] for new in cut(row({"messages": talk, "text": text}, origin=source), size=9, text="")[0]] == [text, text]
    alone, _ = cut(row({"text": text}, origin=source), column="text", size=10)
    assert [new.origin["chunk"]["turns"] for new in alone] == [[1, 1], [2, 2], [3, 3]]
    assert [new.origin["source"]["turns"] for new in alone] == [[1, 1], [2, 2], [3, 3]]


def test_what_is_no_conversation() -> None:
    assert isinstance(cut(row({"messages": []}))[0][0], Drop)
    for data, given_, reason in (
        ({"messages": [{"content": "x"}]}, {}, "not_messages"), ({"messages": {"a": 1}}, {}, "not_messages"), ({"x": 1}, {}, "missing_column"),
        ({"text": "no turns"}, {"column": "text"}, "no_turns"),
    ):  # fmt: skip
        assert cut(row(data), **given_) == ([], reason)


_turns = st.lists(st.tuples(st.sampled_from("uuaat"), st.integers(1, 14)).map(lambda one: f"{one[0]} {'word ' * one[1]}"), max_size=20)


@settings(deadline=None)
@given(_turns, st.booleans(), st.integers(8, 40), st.integers(0, 5))
def test_laws_of_windows(said: list[str], system: bool, size: int, overlap: int) -> None:
    talk = [*(says("s be kind") if system else []), *says(*said)]
    found, failed = cut(row({"messages": talk}), size=size, overlap=overlap)
    if not talk:
        assert isinstance(found[0], Drop)
        return
    covered: set[int] = set()
    lasts = [0]
    for new in found:
        first, last = new.origin["chunk"]["turns"]
        assert lasts[-1] < last and first - 1 <= lasts[-1] + len(talk)
        lasts.append(last)
        covered |= set(range(first - 1, last))
        assert sum(count_tokens("gpt-4o", one["content"]) for one in new.data["messages"]) == new.origin["chunk"]["tokens"] <= size
        assert new.data["messages"][-(last - first + 1) :] == talk[first - 1 : last]
    left = {n for n in range(int(system), len(talk)) if n not in covered}
    assert all(count_tokens("gpt-4o", talk[n]["content"]) + 2 * system > size for n in left)
    assert bool(left) == (failed == "too_long")
    assert found == cut(row({"messages": talk}), size=size, overlap=overlap)[0]
