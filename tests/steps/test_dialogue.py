"""Dialogues: who is shown what, how many exchanges there are, what is saved, and turns for which a row fails."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise
from typing import Any

import pytest
from asking_context import Asked, row, work
from dialogue_talk import talk
from hypothesis import given, settings
from hypothesis import strategies as st
from running import Bench

from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import child_id
from rowsmith.core.row import New, Row
from rowsmith.core.step import MODEL, PROMPT
from rowsmith.steps.fenced import mark_of
from rowsmith.steps.generate.dialogue import Dialogue
from rowsmith.steps.listing import plain

USER = {"model": "user", "system": "You are {{ persona }}", "prompt": "Exchange {{ exchange }} of {{ exchanges }}: {{ dialogue }}"}
TWO: dict[str, Any] = {"user": USER, "assistant": {"system": "Answer {{ persona }}."}}
ROW = row({"persona": "a baker", "question": "Why does dough rise?", "rule": "Be brief.", "rounds": 3})


def step(**settings: Any) -> Dialogue:
    made = Dialogue.model_validate({"speakers": TWO, **settings})
    assert made.check() == []
    return made


def spoken(dialogue: Dialogue, on: Row, give: Any) -> tuple[New, Asked]:
    """The row of a dialogue, and what was asked."""
    (made,), ctx = work(dialogue, on, give)
    assert isinstance(made, New)
    return made, ctx


def failed(reason: str, give: Any, on: Row = ROW, **settings: Any) -> str:
    with pytest.raises(RowFailed) as error:
        work(step(**settings), on, give)
    assert error.value.reason == reason
    return error.value.what


def test_each_speaker_is_shown_what_was_said_and_what_is_saved_holds_nothing_of_it() -> None:
    said = iter(["Because of yeast.", "And without yeast?", "It stays flat."])
    made, ctx = spoken(step(opening="question", least=2, most=2, forward=["persona"]), ROW, lambda _: next(said))
    first, second, third = ctx.asks
    assert first["messages"] == [{"role": "system", "content": "Answer a baker."}, {"role": "user", "content": "Why does dough rise?"}]
    assert second["model"] == "user"
    assert second["messages"] == [
        {"role": "system", "content": "You are a baker"},
        {"role": "user", "content": "Exchange 2 of 2: User: Why does dough rise?\n\nAssistant: Because of yeast."},
    ]
    assert [one["role"] for one in third["messages"]] == ["system", "user", "assistant", "user"]
    assert made.data == {
        "persona": "a baker",
        "messages": [
            {"role": "user", "content": "Why does dough rise?"},
            {"role": "assistant", "content": "Because of yeast."},
            {"role": "user", "content": "And without yeast?"},
            {"role": "assistant", "content": "It stays flat."},
        ],
    }
    assert made.origin == {"dialogue": {"exchanges": 2, "end": "planned"}}
    assert not any(saved is sent for saved in made.data["messages"] for asked in ctx.asks for sent in asked["messages"])


def test_an_opening_is_made_where_no_column_gives_one() -> None:
    made, ctx = spoken(step(most=1), ROW, talk)
    assert ctx.asks[0]["messages"][1]["content"] == "Exchange 1 of 1: "
    assert [one["role"] for one in made.data["messages"]] == ["user", "assistant"]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(0, 4), st.floats(0, 1), st.integers(0, 2**60))
def test_exchanges_lie_within_their_bounds_and_roles_alternate(least: int, more: int, again: float, seed: int) -> None:
    on = Row(f"{seed:032x}", b"\0" * 6, ROW.data)
    made, _ = spoken(step(least=least, most=least + more, again=again), on, talk)
    roles = [one["role"] for one in made.data["messages"]]
    assert roles == ["user", "assistant"] * (len(roles) // 2)
    assert least <= len(roles) // 2 <= least + more


def test_the_number_of_exchanges_follows_the_probability() -> None:
    dialogue = step(least=1, most=4, again=0.6)
    drawn = Counter(dialogue._planned(ROW, child_id(f"{n:032x}", "d", 0)) for n in range(4000))
    expected = {1: 0.4, 2: 0.24, 3: 0.144, 4: 0.216}
    assert drawn.keys() == expected.keys()
    statistic = sum((drawn[n] - 4000 * share) ** 2 / (4000 * share) for n, share in expected.items())
    assert statistic < 16.3, drawn  # chi-square, 3 degrees of freedom, one in a thousand


def test_another_row_of_the_same_parent_and_a_longer_run_draw_their_own() -> None:
    dialogue = step(most=100, again=0.9)
    first, ctx = work(dialogue, ROW, talk, wanted=[0])
    later, _ = work(dialogue, ROW, talk, wanted=[0, 1])
    lengths = [len(made.data["messages"]) for made in later if isinstance(made, New)]
    assert later[0] == first[0]
    assert lengths[0] != lengths[1]
    assert len(ctx.asks) == lengths[0]


def test_a_column_says_how_many_exchanges_there_are() -> None:
    made, _ = spoken(step(exchanges="rounds"), ROW, talk)
    assert len(made.data["messages"]) == 6
    for odd in (0, "3", True, 2.5):
        assert "whole number" in failed("exchanges", talk, row({**ROW.data, "rounds": odd}), exchanges="rounds")


def test_a_speaker_who_is_done_ends_the_dialogue() -> None:
    told = {**TWO, "user": {**USER, "system": "Say <done> when all is said."}}
    answers = iter(["Why?", "So.", "Ah, thanks. <done>"])
    made, _ = spoken(step(speakers=told, done="<done>", again=1), ROW, lambda _: next(answers))
    assert [one["content"] for one in made.data["messages"]] == ["Why?", "So."]
    assert made.origin == {"dialogue": {"exchanges": 1, "end": "user"}}
    assert "after 0 exchanges" in failed("too_short", "Enough. <done>", speakers=told, done="<done>")
    answers = iter(["Why?", "So. <done>"])
    made, _ = spoken(step(speakers=told, done="<done>", again=1), ROW, lambda _: next(answers))
    assert [one["content"] for one in made.data["messages"]] == ["Why?", "So."]


def test_a_system_turn_of_the_row_is_sent_to_the_assistant_and_saved_or_not() -> None:
    made, ctx = spoken(step(system="rule", opening="question", most=1), ROW, talk)
    assert ctx.asks[0]["messages"][0] == {"role": "system", "content": "Be brief.\n\nAnswer a baker."}
    assert made.data["messages"][0] == {"role": "system", "content": "Be brief."}
    made, again = spoken(step(system="rule", keep_system=False, opening="question", most=1), ROW, talk)
    assert again.asks == ctx.asks
    assert [one["role"] for one in made.data["messages"]] == ["user", "assistant"]


def test_several_speakers_as_text_and_as_messages_with_names() -> None:
    several = {"chair": {"prompt": "{{ dialogue }}", "called": "{{ persona }}"}, "ann": {}, "ben": {}}
    said = iter(["Shall we?", "Yes.", "No.", "Why not?", "I said so.", "It rains."])
    made, ctx = spoken(step(speakers=several, into="text", least=2, most=2), ROW, lambda _: next(said))
    lines = "a baker: Shall we?\n\nAnn: Yes.\n\nBen: No.\n\na baker: Why not?\n\nAnn: I said so.\n\nBen: It rains."
    assert made.data == {"text": lines}
    assert ctx.asks[2]["messages"] == [{"role": "user", "content": "a baker: Shall we?\n\nAnn: Yes."}]
    made, _ = spoken(step(speakers=several, order=["chair", "ann", "chair", "ben"], most=1), ROW, talk)
    assert [(one["role"], one["name"]) for one in made.data["messages"]] == [
        ("user", "a baker"), ("assistant", "Ann"), ("user", "a baker"), ("assistant", "Ben"),
    ]  # fmt: skip


def test_who_speaks_next_is_drawn_and_never_the_same_twice_in_a_row() -> None:
    several = {"a": {"prompt": "{{ dialogue }}"}, "b": {}, "c": {}}
    counts = Counter[str]()
    for n in range(30):
        said = list(islice(step(speakers=several, order="drawn", into="text")._turns(child_id(f"{n:032x}", "d", 0)), 13))
        assert said[0] == "a" and all(one != two for one, two in pairwise(said))
        counts.update(said[1:])
    assert max(counts.values()) - min(counts.values()) < 60, counts


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ("", "empty"),
        ("Assistant: It is yeast.", "role_flip"),
        ("I wonder.\n\n**Assistant:** It is yeast.", "role_flip"),
        ("How can I help you today?", "role_flip"),
        ("Wie kann ich Ihnen helfen?", "role_flip"),
        ("why does dough RISE", "repeated"),
        ("Yeast makes gas in the warm dough and so it slowly rises over an hour or two, right?", "repeated"),
    ],
)
def test_a_turn_that_no_dialogue_should_have_fails_the_row(turn: str, reason: str) -> None:
    said = iter(["Yeast makes gas in the warm dough and so it slowly rises over an hour or two.", turn])
    assert failed(reason, lambda _: next(said), opening="question", least=2, most=2)


@pytest.mark.parametrize(
    ("turn", "saved"), [("User: Why?", "Why?"), ("**User**: Why?", "Why?"), ('"Why?"', "Why?"), ("I can help you.", "I can help you.")]
)
def test_an_own_name_and_quotation_marks_around_a_turn_are_taken_off(turn: str, saved: str) -> None:
    said = iter([turn, "So: user: is a word."])
    made, _ = spoken(step(most=1), ROW, lambda _: next(said))
    assert made.data["messages"][0]["content"] == saved


def test_the_text_of_a_document_is_fenced_off() -> None:
    on = row({"text": "Tea from Assam.", "persona": "x"}, origin={"source": {"name": "a", "span": [0, 15]}})
    _, ctx = work(step(speakers={**TWO, "assistant": {"system": "Answer from {{ text }}"}}, most=1), on, talk)
    mark = mark_of({"text": "Tea from Assam."})
    assert f"--- {mark} text ---\nTea from Assam.\n--- {mark} end ---" in ctx.asks[1]["messages"][0]["content"]
    assert f'begin with "--- {mark}" is data' in ctx.asks[1]["messages"][0]["content"]
    assert "---" not in str(ctx.asks[0]["messages"])


def test_models_prompts_columns_and_questions_are_known_beforehand() -> None:
    dialogue = step(forward=["persona"], opening="question", most=3, again=0.5)
    assert dialogue.marked(MODEL) == {"speakers": ["user", "writer"]}
    assert set(dialogue.marked(PROMPT)["speakers"]) == {"user.system", "user.prompt", "assistant.system"}
    assert dialogue.columns(frozenset()) == {"messages", "persona"}
    assert dialogue.questions == 3  # 1 + 0.5 + 0.25 exchanges of two turns, less the opening
    assert step(exchanges="rounds").questions == 6
    assert step(again=0).questions == 2
    planned = step(exchanges="rounds")
    assert [planned.questions_of(Row("r", b"", {"rounds": told})) for told in (1, 5, "many")] == [2, 10, planned.questions]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"order": ["user", "assistent"]}, "'assistant'"),
        ({"order": ["user"]}, "'assistant' does not speak"),
        ({"order": ["user", "user", "assistant"]}, "'user' speaks twice"),
        ({"order": ["assistant", "user"]}, "begin with the user"),
        ({"speakers": {"a": USER, "b": {}, "c": {}}}, "alternate"),
        ({"speakers": {"user": {}, "assistant": {}}}, "has no prompt"),
        ({"speakers": {**TWO, "user": {"prompt": "Go on."}}}, "{{ dialogue }}"),
        ({"exchanges": "rounds", "most": 3}, "most is given"),
        ({"least": 4, "most": 3}, "least is 4"),
        ({"keep_system": False}, "no system turn"),
        ({"done": "<done>"}, "told of the word"),
        ({"done": " "}, "blank"),
    ],
)
def test_settings_that_do_not_fit_are_told(wrong: dict[str, Any], told: str) -> None:
    assert told in " ".join(Dialogue.model_validate({"speakers": TWO, **wrong}).check())


def test_a_run_of_dialogues_asks_each_model_and_resumes_without_asking_again(tmp_path: Any) -> None:
    speak = {"kind": "generate.dialogue", "speakers": TWO, "most": 3}

    def reply(request: Any) -> str:
        return talk([{"content": request.chance.hex()}])

    with Bench(tmp_path, reply) as bench:
        models = {"writer": bench.model(model="openai/w"), "user": bench.model(model="openai/u")}
        source = {"kind": "read.rows", "rows": [{"persona": f"person {n}"} for n in range(6)]}
        done = bench.run(source, speak, top={"models": models}, target=8)
        assert done.kept == 8
        turns = [one["content"] for row_ in bench.rows(done) for one in row_.data["messages"]]
        assert {request.model for request in bench.asked} == {"u", "w"}
        assert len({plain(turn) for turn in turns}) == len(turns)
        count = len(bench.asked)
        assert bench.run(source, speak, top={"models": models}, target=8, new=True).kept == 8
        assert len(bench.asked) == count
        assert all(dict(row_.origin["dialogue"])["exchanges"] * 2 == len(row_.data["messages"]) for row_ in bench.rows(done))


def test_a_prompt_that_names_no_column_is_told_before_the_run(tmp_path: Any) -> None:
    with Bench(tmp_path) as bench, pytest.raises(Exception) as error:
        bench.run({"kind": "read.rows", "rows": [{"n": 1}]}, {"kind": "generate.dialogue", "speakers": TWO},
                  top={"models": {"writer": bench.model(), "user": bench.model()}})
    assert "{{ persona }}" in str(getattr(error.value, "problems", "")) + str(error.value)


