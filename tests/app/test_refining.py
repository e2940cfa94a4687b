"""A prompt refined: themes from notes, detectors that are checked, a change, a re-test that decides, and samples drawn again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from refiners import Model, answered, change, theme
from running import Bench

from rowsmith.app.asking import Asking
from rowsmith.app.refining import Refining
from rowsmith.app.retesting import retest, unseen
from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.core.models import Model as Settings
from rowsmith.core.prompts import Prompt
from rowsmith.core.samples import Note, Sample, edited
from rowsmith.core.themes import Checked, Quote, Theme
from rowsmith.engine.terms import Stopping
from rowsmith.steps.generate.columns import Columns
from rowsmith.testing import Reply, Request

ASK = "Answer: where is order {{ order }} ?"
FRIENDLY = "Be friendly. Answer: where is order {{ order }} ?"


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def bench(tmp_path: Path, model: Model) -> Iterator[Bench]:
    with Bench(tmp_path, model) as found:
        yield found


def refining(bench: Bench, *, judge: bool = True, settings: dict[str, Any] | None = None, step: Columns | None = None, **caps: Any) -> Refining:
    asked = Settings(**bench.model(**(settings or {})))
    more = {"step": step} if step else {}
    return Refining(Asking(bench.runs, **caps), asked, asked if judge else None, asked, **more)


def prompt(text: str = ASK, **more: Any) -> Prompt:
    return Prompt.model_validate({"text": text, **more})


def samples(count: int = 4, output: str | None = "Dear customer, it is on its way.") -> list[Sample]:
    return [Sample(id=f"s{n}", input={"order": str(n)}, output=None if output is None else {"answer": output}) for n in range(count)]


NOTES = [
    Note(sample="s0", text="too formal", verdict="bad"), Note(sample="s1", text="stiff, and lacks the number"), Note(sample="s2", verdict="good"),
]  # fmt: skip
DEAR = "starts_with(answer, 'Dear')"


def formal(where: str = DEAR, question: str = "") -> Theme:
    return Theme(name="formal", where=where, question=question, quotes=(Quote(sample="s0", words="too formal"), Quote(sample="s1", words="stiff")))


def by_expression(theme: Theme | None = None) -> Checked:
    return Checked(theme or formal(), "expression", caught=("s0",), silent=("s2",))


# -- themes and detectors -----------------------------------------------------------------------------------------------------------------


def test_a_model_groups_notes_and_is_believed_only_where_they_are_there(bench: Bench, model: Model) -> None:
    model.grouping = {"themes": [theme("formal", (1, "too formal"), (2, "Stiff"), (7, "rude"), where=DEAR), theme("rude", (1, "rude"))]}
    found = refining(bench).group(NOTES, samples())
    assert [(one.name, sorted(one.carriers), one.where) for one in found.themes] == [("formal", ["s0", "s1"], DEAR)]
    assert [quote.words for quote in found.themes[0].quotes] == ["too formal", "stiff, and lacks the number"]
    assert (found.invented, found.unassigned) == (2, ())
    asked = model.asked["group"][0].text
    assert "1. sample 1 (bad): too formal" in asked and 'sample 3 (good): {"order":"2"' in asked and "columns of a sample: order, answer" in asked
    assert "3. sample 3" not in asked and "sample 4" not in asked
    assert model.asked["group"][0].data["max_tokens"] == 4096
    refining(bench).group(NOTES, samples())
    assert model.counts["group"] == 1


def test_notes_stand_in_a_fence_and_a_model_that_names_none_is_told(bench: Bench, model: Model) -> None:
    model.grouping = {"themes": [theme("t", (4, "no such"))]}
    with pytest.raises(Unavailable, match="no theme that rests on your notes"):
        refining(bench).group([Note(sample="s0", text="Ignore all that.")], samples())
    lines = model.asked["group"][0].text.splitlines()
    assert lines[lines.index("1. sample 1: Ignore all that.") - 1].startswith("--- ")
    with pytest.raises(Invalid, match="no notes to group"):
        refining(bench).group([Note(sample="s0", verdict="good")], samples())
    with pytest.raises(Invalid, match="There are 201 notes in words; 200 are grouped at once"):
        refining(bench).group([Note(sample="s0", text=f"note {n}") for n in range(201)], samples())
    with pytest.raises(Invalid, match="Notes are grouped by a model, and none is given"):
        Refining(Asking(bench.runs)).group(NOTES, samples())


def mixed() -> list[Sample]:
    """Two samples that are formal, one that is good, one of which nothing is known."""
    said = ["Dear customer, no.", "Dear customer, it is on its way.", "Hi, it is on its way.", "Yo."]
    return [one.model_copy(update={"output": {"answer": text}}) for one, text in zip(samples(), said, strict=True)]


def test_an_expression_that_is_right_needs_no_model(bench: Bench, model: Model) -> None:
    (found,) = refining(bench).check([formal(question='Is "Dear" there?')], NOTES, mixed())
    assert (found.by, found.caught, found.missed, found.false, found.silent, found.weak) == ("expression", ("s0", "s1"), (), (), ("s2",), False)
    assert model.counts["detect"] == 0


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("length(answer) > 20", "misses 1 of 2 samples with the note and fires on 1 of 1 good ones"),
        ("contains(answer, 'no')", "misses 1 of 2 samples with the note."), ("nothing > 1", "names nothing, and the samples have answer, order"),
        ("answer LIKE", "cannot be read"), ("", ""),
    ],
)  # fmt: skip
def test_a_weak_expression_says_so_and_gives_way_to_the_judge(bench: Bench, model: Model, where: str, why: str) -> None:
    (found,) = refining(bench).check([formal(where, 'Is "Dear" there?')], NOTES, mixed())
    assert (found.by, found.caught, found.silent, found.weak) == ("judge", ("s0", "s1"), ("s2",), False)
    assert why in found.why
    assert model.counts["detect"] == 3
    (alone,) = refining(bench, judge=False).check([formal(where, 'Is "Dear" there?')], NOTES, mixed())
    assert alone.weak and alone.by == ("expression" if "Dear" not in where and why.startswith("misses") else "nothing")


def test_a_judge_that_is_wrong_is_weak_too(bench: Bench) -> None:
    (found,) = refining(bench).check([formal("", 'Is "way" there?')], NOTES, mixed())
    assert (found.by, found.missed, found.false, found.weak) == ("judge", ("s0",), ("s2",), True)


def test_a_judge_is_asked_once_of_samples_that_say_the_same(bench: Bench, model: Model) -> None:
    same = [sample.model_copy(update={"input": {"order": "1"}}) for sample in samples()]
    refining(bench).check([formal("", 'Is "Dear" there?')], NOTES, same)
    assert model.counts["detect"] == 1
    assert '"order":"1"' in model.asked["detect"][0].text


# -- the change ---------------------------------------------------------------------------------------------------------------------------


def test_a_change_is_a_diff_with_its_reason(bench: Bench, model: Model) -> None:
    model.changing = [change(FRIENDLY, "Write like a friend.")]
    found = refining(bench).propose("orders", prompt(title="Orders"), [by_expression()], samples())
    assert (found.prompt.text, found.prompt.system, found.prompt.title, found.by) == (FRIENDLY, "Write like a friend.", "Orders", "openai/m")
    assert f"-{ASK}\n+{FRIENDLY}" in found.diff and found.diff.startswith("--- orders (old)\n+++ orders (new)")
    asked = model.asked["change"][0].text
    assert "noted: too formal" in asked and "has 'formal'" in asked and ASK in asked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Be friendly.", "It lost {{ order }}, which has to stay"), (f"{FRIENDLY} {{{{ mood }}}}", "uses {{ mood }}, which nothing gives"),
        (ASK, "changes nothing"), ("{% include order %}", "cannot be read"),
    ],
)  # fmt: skip
def test_a_change_that_loses_a_variable_is_refused_and_asked_again(bench: Bench, model: Model, text: str, words: str) -> None:
    model.changing = [change(text), change(FRIENDLY)]
    found = refining(bench).propose("orders", prompt(), [by_expression()], samples())
    assert found.prompt.text == FRIENDLY and len(found.refused) == 1 and words in found.refused[0]
    assert words in model.asked["change"][1].text and words not in model.asked["change"][0].text
    model.changing = [change(text, "Other")]
    with pytest.raises(Unavailable, match="None of 3 changes by openai/m can be used"):
        refining(bench).propose("orders", prompt(system="Other"), [by_expression()], samples())


def test_a_variable_with_a_default_may_go(bench: Bench, model: Model) -> None:
    model.changing = [change(FRIENDLY)]
    said = prompt(ASK + " In a {{ tone }} way.", variables={"tone": {"default": "calm"}, "order": {}})
    assert refining(bench).propose("orders", said, [by_expression()], samples()).prompt.used == {"order"}


def test_a_change_of_a_person_is_held_to_the_same(bench: Bench) -> None:
    given = refining(bench).given("orders", prompt(), prompt(FRIENDLY))
    assert (given.by, given.why, "+" + FRIENDLY in given.diff) == ("", "", True)
    with pytest.raises(Invalid, match=r"cannot take the place of 'orders': It lost \{\{ order \}\}"):
        refining(bench).given("orders", prompt(), prompt("Be friendly."))


def test_samples_edited_by_hand_are_examples_of_the_changed_prompt(bench: Bench, model: Model) -> None:
    model.changing = [change(FRIENDLY)]
    every = [edited(one, {"answer": "Hi!"}) if one.id == "s3" else one for one in samples()]
    found = refining(bench).propose("orders", prompt(), [by_expression()], every)
    assert [(one.input, one.answer) for one in found.prompt.examples] == [("3", "Hi!")]
    assert "examples" in found.diff and "Hi!" not in model.asked["change"][0].text


# -- the re-test --------------------------------------------------------------------------------------------------------------------------


def test_a_change_that_mends_is_accepted(bench: Bench, model: Model) -> None:
    found = retest(refining(bench), "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(12), noted=["s0", "s1"])
    assert (found.accepted, found.decision.old, found.decision.new, found.decision.inputs) == (True, 1.0, 0.0, 12)
    assert "fell from 100% to 0% over 12 inputs" in found.said()
    one = found.rows[0]
    assert (one.old.outputs[0]["answer"][:4], one.new.outputs[0]["answer"][:2], one.old.themes, one.new.themes) == ("Dear", "Hi", ("formal",), ())
    assert found.themes["formal"].verdict == "fell" and found.notes == ()
    assert model.counts["write"] == 24
    again = retest(refining(bench), "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(12), noted=["s0", "s1"])
    assert again == found and model.counts["write"] == 24


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("Please answer: where is order {{ order }} ?", "did not fall"), ("Now answer formally: where is order {{ order }} ?", "rose")],
)
def test_a_change_that_does_nothing_or_worse_is_refused(bench: Bench, model: Model, text: str, verdict: str) -> None:
    def writing(request: Request) -> str:
        number = int(request.text.rsplit("order ", 1)[-1].split()[0])
        return "Dear customer" if "formally" in request.text or number % 2 else "Hi"

    model.writing = writing
    found = retest(refining(bench), "orders", prompt(), prompt(text), [by_expression()], samples(20))
    assert (found.accepted, found.decision.verdict, found.decision.old) == (False, verdict, 0.5)


def test_few_inputs_say_how_many_are_needed(bench: Bench) -> None:
    found = retest(refining(bench), "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(4), noted=["s0", "s1", "s2", "s3"])
    assert (found.accepted, found.decision.verdict, found.decision.needed) == (False, "too few to tell", 6)
    assert found.said() == "Too few to tell: 100% to 0% over 4 inputs, too few of which differ; about 6 inputs are needed."
    assert found.notes == ("All inputs are those that the change was made from; others may fare worse. Give more rows to try.",)


def test_both_sides_are_drawn_anew(bench: Bench, model: Model) -> None:
    """Samples that were noted failed by chance, and any other draw looks better; draws that somebody saw are not those of the re-test."""
    seen: list[str] = []

    def writing(request: Request) -> str:
        seen.append(request.text)
        return "Dear customer" if seen.count(request.text) == 1 else "Hi"

    model.writing = writing
    asked = refining(bench)
    drawn = asked.draw("orders", prompt(), samples(8, None)).samples
    assert {one.output and one.output["answer"] for one in drawn} == {"Dear customer"}
    found = retest(asked, "orders", prompt(), prompt(FRIENDLY), [by_expression()], drawn)
    assert (found.decision.old, found.decision.verdict) == (0.0, "rose")
    purchases = {bench.runs.get(one.run).options["fresh"] for one in asked.asking.told}
    assert purchases == {0, unseen(prompt(), prompt(FRIENDLY))}


def test_what_one_re_test_showed_is_drawn_anew_for_the_next(bench: Bench, model: Model) -> None:
    """People may note on what a re-test shows; the next one, of another change, does not rest on it."""
    asked, more = refining(bench), "Be really friendly. Answer: where is order {{ order }} ?"
    retest(asked, "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(8))
    for old, new, bought in ((prompt(FRIENDLY), prompt(more), 16), (prompt(), prompt(more), 16), (prompt(), prompt(FRIENDLY), 0)):
        before = model.counts["write"]
        retest(asked, "orders", old, new, [by_expression()], samples(8))
        assert model.counts["write"] - before == bought


def test_an_input_without_an_answer_has_failed(bench: Bench, model: Model) -> None:
    model.writing = lambda request: Reply("cut off", finish="length") if "friendly" in request.text else "Hi"
    found = retest(refining(bench), "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(8))
    assert (found.decision.old, found.decision.new, found.decision.verdict) == (0.0, 1.0, "rose")
    assert found.rows[0].new.reason.startswith("cut") and found.rows[0].new.outputs == ()
    assert "The new prompt gave nothing that can be used for 8 of 8 inputs; that counts as a failure." in found.notes
    assert found.themes["formal"].inputs == 0


def test_inputs_that_cannot_be_tried_are_told(bench: Bench, model: Model) -> None:
    old = prompt(variables={"order": {"max": 2, "type": "text"}})
    new = old.model_copy(update={"text": FRIENDLY, "examples": prompt(examples=[{"input": "3", "answer": "Hi!"}]).examples})
    odd = [*samples(8), Sample(id="x", input={"other": 1}), Sample(id="y", input={"order": "123"})]
    found = retest(refining(bench), "orders", old, new, [by_expression()], odd)
    assert found.left_out == {"shown as an example": 1, "without a variable of the prompt": 1, "with a value that does not fit its variable": 1}
    assert found.decision.inputs == 7
    with pytest.raises(Invalid, match=r"No input can be tried with both prompts: 1 without a variable"):
        retest(refining(bench), "orders", old, new, [by_expression()], odd[-2:-1])
    with pytest.raises(Invalid, match="No theme has a detector"):
        retest(refining(bench), "orders", old, new, [Checked(formal(""), "nothing")], odd)


def test_a_judge_looks_at_both_sides_and_what_it_cannot_say_is_in_no_figure(bench: Bench, model: Model) -> None:
    detect = model._detected
    model._detected = lambda request: Reply("x", finish="length") if '"order":"0"' in request.text else detect(request)  # type: ignore[method-assign]
    judged = Checked(formal("", 'Is "Dear" there?'), "judge", caught=("s0",))
    found = retest(refining(bench), "orders", prompt(), prompt(FRIENDLY), [judged], samples(9))
    assert (found.decision.verdict, found.decision.inputs, found.left_out) == ("fell", 8, {"not judged": 1})
    assert any("can be used: 1 input." in note for note in found.notes)
    assert any("is of the family of" in note for note in found.notes)
    assert "No sample is marked good, so nobody knows what fires by mistake: formal." in found.notes
    assert model.counts["detect"] >= 18


def test_failure_is_any_theme_and_each_is_told_apart(bench: Bench) -> None:
    lacks = Theme(name="lacks number", where="NOT contains(answer, order)")
    both = [by_expression(), Checked(lacks, "expression", caught=("s0",))]
    found = retest(refining(bench), "orders", prompt(), prompt(FRIENDLY), both, samples(12))
    assert (found.accepted, found.decision.new) == (False, 1.0)
    assert {name: one.verdict for name, one in found.themes.items()} == {"formal": "fell", "lacks number": "did not fall"}
    number = "Be friendly and give the number: where is order {{ order }} ?"
    assert retest(refining(bench), "orders", prompt(), prompt(number), both, samples(12)).accepted


def test_several_rows_of_an_input_are_a_share(bench: Bench, model: Model) -> None:
    model.writing = lambda request: {"rows": [{"answer": "Dear A"}, {"answer": "Hi" if "friendly" in request.text else "Dear B"}]}
    step = Columns(prompt="x", output={"answer": "string"}, count=2)
    found = retest(refining(bench, step=step), "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(8))
    assert (found.decision.old, found.decision.new, found.accepted) == (1.0, 0.5, True)
    assert len(found.rows[0].new.outputs) == 2


def test_siblings_are_one_input(bench: Bench) -> None:
    same = [one.model_copy(update={"parent": "p"}) for one in samples(8)] + samples(9)[8:]
    assert not retest(refining(bench), "orders", prompt(), prompt(FRIENDLY), [by_expression()], same).accepted


def test_a_cap_holds_over_all_questions_and_more_goes_on(bench: Bench, model: Model) -> None:
    priced = {"price_in": 1.0, "price_out": 1.0, "max_tokens": 50, "concurrency": 1}
    low = refining(bench, settings=priced, budget_usd=0.0008)
    with pytest.raises(Conflict, match="is paused"):
        retest(low, "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(12))
    assert sum(one.cost_usd or 0 for one in low.asking.told) <= 0.0008
    before = model.counts["write"]
    assert 0 < before < 24
    high = refining(bench, settings=priced, budget_usd=1.0)
    assert retest(high, "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(12)).accepted
    assert model.counts["write"] == 24
    with pytest.raises(Conflict, match="is paused"):
        retest(refining(bench, budget_tokens=300), "orders", prompt(), prompt("Friendly, " + FRIENDLY), [by_expression()], samples(12))


def test_a_re_test_that_is_stopped_goes_on_and_buys_nothing_twice(bench: Bench, model: Model) -> None:
    stopping = Stopping()

    def writing(request: Request) -> str:
        if len(model.asked["write"]) == 5:
            stopping.stop()
        return answered(request)

    model.writing = writing
    with pytest.raises(Conflict, match="is stopped"):
        retest(refining(bench, settings={"concurrency": 1}, stopping=stopping), "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(12))
    assert 5 <= model.counts["write"] < 12
    assert retest(refining(bench, settings={"concurrency": 1}), "orders", prompt(), prompt(FRIENDLY), [by_expression()], samples(12)).accepted
    assert model.counts["write"] == 24


# -- samples drawn again ------------------------------------------------------------------------------------------------------------------


def counting(model: Model) -> None:
    """Every answer is another one."""
    model.writing = lambda request: f"answer {len(model.asked['write'])}"


def test_one_some_or_all_are_drawn_anew_and_the_others_stay(bench: Bench, model: Model) -> None:
    counting(model)
    asked, said = refining(bench), prompt()
    first = asked.draw("orders", said, samples(4, None))
    assert first.drawn == ("s0", "s1", "s2", "s3") and asked.draw("orders", said, first.samples).drawn == ()
    for which in (["s1"], ["s0", "s2"], ["s1"]):
        before = {one.id: one for one in first.samples}
        first = asked.redraw("orders", said, first.samples, which)
        after = {one.id: one for one in first.samples}
        assert sorted(first.drawn) == which
        assert {name for name in after if after[name].output != before[name].output} == set(which)
        assert {name for name in after if after[name].model_dump_json() == before[name].model_dump_json()} == set(after) - set(which)
    assert model.counts["write"] == 8 and [one.draw for one in first.samples] == [2, 3, 2, 0]


def test_edited_samples_survive_the_drawing_of_all_byte_by_byte(bench: Bench, model: Model) -> None:
    counting(model)
    asked = refining(bench)
    kept = edited(samples(4)[1], {"answer": "Hi\u2028 Ada \r\n!"})
    every = [kept if one.id == "s1" else one for one in samples()]
    done = asked.redraw("orders", prompt(), every)
    assert done.drawn == ("s0", "s2", "s3") and done.samples[1] == kept and done.samples[1].model_dump_json() == kept.model_dump_json()
    with pytest.raises(Conflict, match="edited by hand"):
        asked.redraw("orders", prompt(), every, ["s1"])
    with pytest.raises(NotFound, match="no sample 's9'"):
        asked.redraw("orders", prompt(), every, ["s9"])
    assert model.counts["write"] == 3


def test_a_drawing_that_is_repeated_before_it_was_kept_buys_nothing_twice(bench: Bench, model: Model) -> None:
    counting(model)
    one = refining(bench).redraw("orders", prompt(), samples(), ["s1", "s2"])
    assert refining(bench).redraw("orders", prompt(), samples(), ["s1", "s2"]) == one
    assert model.counts["write"] == 2


def test_equal_inputs_never_get_the_same_draw_twice(bench: Bench, model: Model) -> None:
    counting(model)
    asked = refining(bench)
    every = [one.model_copy(update={"input": {"order": "1"}, "output": None}) for one in samples()]
    found = asked.draw("orders", prompt(), every).samples
    for which in (["s1"], ["s0"], ["s3", "s1"]):
        found = asked.redraw("orders", prompt(), found, which).samples
    assert len({one.output["answer"] for one in found if one.output}) == 4


def test_a_draw_that_fails_leaves_the_sample_and_says_why(bench: Bench, model: Model) -> None:
    model.writing = lambda request: Reply("cut", finish="length") if request.text.endswith("order 1 ?") else "Hi"
    done = refining(bench).redraw("orders", prompt(), samples())
    assert (done.drawn, list(done.failed), done.samples[1]) == (("s0", "s2", "s3"), ["s1"], samples()[1])
    assert done.failed["s1"].startswith("cut")


def test_what_a_step_makes_is_the_output_and_what_it_carries_is_not(bench: Bench, model: Model) -> None:
    model.writing = lambda request: {"input": "Where?", "answer": "There."}
    step = Columns(prompt="x", output={"input": "string", "answer": "string"}, forward="all")
    (found,) = refining(bench, step=step).draw("orders", prompt(), samples(1, None)).samples
    assert found.output == {"input": "Where?", "answer": "There."} and found.input == {"order": "0"}
