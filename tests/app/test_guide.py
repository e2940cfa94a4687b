"""A guided talk from its first question to the file, on both databases."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from guided import NEEDED, Mind, said, shown
from homes import Place, Workshop
from refiners import change, theme

from rowsmith.app.guide import Guide
from rowsmith.app.guide_replies import reply
from rowsmith.assist.brief import Brief, loads
from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.core.prompts import Prompt
from rowsmith.formats.input_answer import FORMAT
from rowsmith.testing import Reply


class Shop(Workshop):
    """A workshop with a scripted mind."""

    mind: Mind

    def begin(self, name: str = "support", **more: Any) -> Guide:
        model = {"model": "openai/m", "base_url": self.server.url} if more.pop("asks", True) else {}
        return self.lab.project().guides.begin(name, output=self.folder / f"{name or 'none'}.jsonl", **model, **more)

    def again(self, name: str = "support") -> Guide:
        """The session as another process finds it."""
        return self.lab.project().guides.get(name)

    def at_samples(self, name: str = "support", **more: Any) -> Guide:
        guide = self.begin(name, **more)
        guide.set(NEEDED)
        for word in ("done", "looks good"):
            reply(guide, word)
        assert guide.phase == "samples"
        return guide

    def file(self, guide: Guide) -> list[Any]:
        assert guide.made is not None
        return [json.loads(line) for line in Path(guide.made.path or "").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def shop(where: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.chdir(where.folder)
    with Shop(where) as made:
        made.mind = Mind()
        made._reply = made.mind
        yield made


def states(guide: Guide) -> dict[str, str]:
    return {name: item.state for name, item in guide.items.items() if item.state != "open"}


# -- the checklist ----------------------------------------------------------------------------------------------------------------------


def test_items_are_asked_one_by_one_and_an_unclear_answer_leaves_its_item_open(shop: Shop) -> None:
    guide = shop.begin(asks=False)
    assert (guide.phase, guide.state.question, states(guide)) == ("checklist", "role_persona", {"dataset_format": "assumed"})
    for unclear in ("hmm", "not sure", "whatever you like", "next", "looks good", "done"):
        guide.say(unclear)
        assert (guide.state.question, guide.items["role_persona"].state) == ("role_persona", "open")
    for item, answer in NEEDED.items():
        assert guide.state.question == item
        guide.say(answer)
        assert guide.items[item].evidence[0].quote == answer
    assert guide.state.question == "domain_expertise"
    guide.say("hmm")
    guide.say("next")
    assert (guide.state.question, states(guide).keys() & {"domain_expertise", "interaction_type"}) == ("diversity_requirements", set())
    guide.say("done")
    assert (guide.phase, [turn.n for turn in guide.turns]) == ("summary", list(range(1, 16)))


def test_what_a_model_takes_down_needs_the_words_of_the_reply(shop: Shop) -> None:
    guide = shop.begin()
    concluded = said("task_goal", "triage", how="inferred")
    shop.mind.turn = {"kind": "says", "items": [said("role_persona", "a nurse"), said("use_case", "not there"), concluded]}
    guide.say("It is a nurse who does triage")
    assert states(guide) == {"role_persona": "known", "task_goal": "assumed", "dataset_format": "assumed"}
    assert guide.items["role_persona"].evidence[0].model_dump() == {"source": "turn 2", "quote": "a nurse"}
    asked = len(shop.asked)
    guide.say("hmm")
    assert len(shop.asked) == asked, "nothing is asked about a reply that says nothing"
    shop.mind.turn = {"kind": "says", "items": [said("use_case", "quite sure")]}
    guide.say("I am not quite sure what you want from me here")
    assert (guide.items["use_case"].state, guide.state.question) == ("assumed", "use_case")


def test_a_reply_that_the_model_fails_at_is_taken_by_its_words(shop: Shop) -> None:
    guide = shop.begin()
    shop._reply = lambda request: Reply("x", finish="length")
    guide.say("A nurse")
    assert guide.items["role_persona"].value == "A nurse"
    assert "by its words alone" in guide.state.told[0]


def test_changes_and_proposals(shop: Shop) -> None:
    guide = shop.begin()
    guide.say("change the role to a nurse")
    guide.say("add no names")
    assert len(shop.asked) == 1, "a model is asked what it is added to; where that does not know, it is a constraint"
    guide.say("add at most 80 words to constraints")
    assert (guide.items["role_persona"].value, guide.items["constraints"].value) == ("a nurse", "no names; at most 80 words")
    shop.mind.suggestion = [{"item": "task_goal", "value": "Triage calls"}]
    guide.say("suggest")
    assert (guide.items["task_goal"].state, guide.state.question) == ("assumed", "task_goal")
    guide.say("no")
    assert guide.items["task_goal"].state == "open"
    guide.say("suggest")
    guide.say("yes")
    assert (guide.items["task_goal"].state, guide.items["task_goal"].evidence[-1].quote) == ("known", "yes")
    guide.say("change the role to TBD")
    assert guide.items["role_persona"].state == "open"
    shop.mind.suggestion = [{"item": name, "value": "x"} for name in ("role_persona", "use_case", "edge_cases")]
    guide.say("suggest the rest")
    assert [guide.items[name].state for name in ("role_persona", "use_case", "edge_cases", "realism_requirements")] == ["assumed"] * 3 + ["open"]


def test_what_is_assumed_is_known_only_once_it_is_confirmed(shop: Shop) -> None:
    guide = shop.begin(asks=False)
    guide.set({name: value for name, value in NEEDED.items() if name != "use_case"})
    guide.say("maybe for tests")
    assert guide.items["use_case"].state == "assumed"
    guide.say("yes")
    guide.say("done")
    assert (guide.phase, guide.items["dataset_format"].state) == ("summary", "assumed")
    guide.say("no")
    assert guide.phase == "summary"
    guide.say("clear the task")
    assert (guide.phase, guide.state.question) == ("checklist", "task_goal")
    guide.say("Triage")
    guide.say("looks good")
    assert (guide.phase, guide.items["dataset_format"].state) == ("sampling", "known")


def test_settings_are_said_too(shop: Shop) -> None:
    guide = shop.begin(asks=False)
    for words in ("rows 200", "1,000 rows", "edge share 0.5", "rows per call: 4"):
        guide.say(words)
    assert (guide.brief.rows, guide.brief.edge_share, guide.brief.rows_per_call) == (1000, 0.5, 4)
    with pytest.raises(Invalid, match="edge share"):
        guide.say("edge share 7")
    guide.say("change the file format to csv")
    assert guide.brief.format == "csv"


# -- a prompt that is there -------------------------------------------------------------------------------------------------------------


def test_an_existing_prompt_is_read_by_the_model(shop: Shop) -> None:
    text = "You are a patient nurse.\n{% if x %}Sort{% endif %} the call: urgent or routine. {name}"
    (shop.folder / "nurse.md").write_text(text, encoding="utf-8")
    shop.mind.analysis = [
        shown("role_persona", "a patient nurse", "A nurse"), shown("output_format", "urgent or routine"), shown("use_case", "for the hospital"),
        shown("task_goal", "Sort", "not clearly specified"),
    ]  # fmt: skip
    guide = shop.begin(prompt=shop.folder / "nurse.md")
    assert states(guide) == {"role_persona": "known", "output_format": "known", "dataset_format": "assumed"}
    assert guide.items["role_persona"].evidence[0].quote in text
    assert "use_case" in guide.state.told[1] and guide.state.question == "task_goal"
    assert text in shop.texts[0] and shop.texts[0].count("--- ") >= 2
    guide.set(NEEDED)
    for word in ("done", "looks good"):
        reply(guide, word)
    assert guide.prompt is not None and "{name}" in shop.texts[-1] and "{% if x %}" in shop.texts[-1]


def test_prompts_come_from_the_project_and_from_python_too(shop: Shop) -> None:
    shop.lab.project().prompts.add(Prompt(text="Say {{ x }}", system="Be kind."), "mine")
    for number, source in enumerate(("mine", Prompt(text="Say {{ x }}", system="Be kind."))):
        guide = shop.begin(f"s{number}", prompt=source)
        assert guide.state.reference is not None and (guide.state.reference.text, guide.state.reference.system) == ("Say {{ x }}", "Be kind.")
    with pytest.raises(NotFound, match="No prompt is called 'yours'"):
        shop.begin("s3", prompt="yours")
    with pytest.raises(NotFound, match="cannot be opened"):
        shop.begin("s3", prompt="yours.txt")
    (shop.folder / "empty.md").write_text(" \n", encoding="utf-8")
    with pytest.raises(Invalid, match="is empty"):
        shop.begin("s3", prompt=shop.folder / "empty.md")


def test_two_sessions_on_one_prompt_share_nothing(shop: Shop) -> None:
    (shop.folder / "p.md").write_text("Be kind.", encoding="utf-8")
    one, two = (shop.begin(name, prompt=shop.folder / "p.md") for name in ("one", "two"))
    one.set({"role_persona": "A nurse"})
    assert (two.items["role_persona"].state, shop.again("two").items["role_persona"].state) == ("open", "open")
    assert [listed.guide for listed in shop.lab.project().guides.list()] == ["two", "one"]


def test_a_prompt_that_could_not_be_read_is_read_when_the_session_goes_on(shop: Shop) -> None:
    (shop.folder / "p.md").write_text("Be kind.", encoding="utf-8")
    shop._reply = lambda request: Reply("x", finish="length")
    with pytest.raises(Unavailable, match="no answer that can be used"):
        shop.begin(prompt=shop.folder / "p.md")
    shop._reply = shop.mind
    shop.mind.analysis = [shown("role_persona", "kind")]
    guide = shop.again()
    guide.go_on()
    assert guide.items["role_persona"].state == "known"


# -- brief, samples, rows ---------------------------------------------------------------------------------------------------------------


def test_the_brief_can_be_changed_as_a_file(shop: Shop) -> None:
    guide = shop.begin(asks=False)
    guide.set(NEEDED)
    path = guide.write_brief()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("A short reply", "JSON").replace("rows: 50", "rows: 7").replace("attributes: {}", "attributes: {tone: [a, b]}"))
    guide.read_brief(path)
    assert (guide.phase, guide.brief.rows, guide.items["output_format"].value, guide.brief.attributes) == ("summary", 7, "JSON", {"tone": ["a", "b"]})
    assert [guide.items[name].evidence[0].source for name in ("output_format", "role_persona")] == ["brief", "turn 2"]
    assert loads(path.read_text(encoding="utf-8")) == guide.brief
    with pytest.raises(NotFound, match="cannot be opened"):
        guide.read_brief("nowhere.yaml")
    whole = shop.begin("other", brief=Brief(items=dict(NEEDED), rows=12), asks=False)
    assert (whole.phase, whole.brief.rows, whole.brief.name) == ("summary", 12, "other")


def test_from_the_brief_to_exactly_n_rows(shop: Shop) -> None:
    guide = shop.at_samples(rows=30)
    assert [sample.failed for sample in guide.samples] == [""] * 5
    reply(guide, "looks good")
    rows = shop.file(guide)
    assert guide.made is not None and (guide.made.state, guide.made.rows, len(rows)) == ("finished", 30, 30)
    assert {tuple(row) for row in rows} == {("input", "answer")}
    assert [sample.pair for sample in guide.samples] == rows[:5], "samples that are right are not bought again"
    stored = [row.data for row in shop.lab.project().datasets.rows(f"support@{guide.made.version}")]
    assert stored == rows
    origin = next(iter(shop.lab.project().datasets.rows("support"))).origin
    assert origin["made"][-1]["prompt_version"] and origin["source"]["key"] == "1"
    calls = len(shop.asked)
    again = shop.runs.start(guide.path("recipe"), into="support")
    assert (again.run, again.kept, len(shop.asked)) == (guide.made.run, 30, calls), "the recipe is the run's own"
    told = guide.dump()
    assert {"items", "brief", "recipe", "dataset", "version", "path"} <= told.keys()
    assert (told["dataset"], told["version"], told["path"]) == ("support", guide.made.version, guide.made.path)
    with pytest.raises(Conflict, match="is at done"):
        guide.say("hello")


def test_every_row_draws_from_the_dimensions_and_a_share_are_edge_cases(shop: Shop) -> None:
    shop.mind.attributes = {"tone": ["polite", "angry"]}
    guide = shop.begin(rows=40)
    guide.set({**NEEDED, "edge_cases": "difficult ones"})
    for word in ("done", "looks good", "continue"):
        reply(guide, word)
    texts = [text for text in shop.texts if "Write an example" in text]
    assert len(texts) == 40
    assert [sum(f"- tone: {tone}" in text for text in texts) for tone in ("polite", "angry")] == [20, 20]
    assert sum("difficult case: no order number" in text or "difficult case: two questions" in text for text in texts) == 8


def test_samples_are_changed_kept_refused_and_noted(shop: Shop) -> None:
    guide = shop.at_samples(rows=10)
    before = [sample.pair for sample in guide.samples]
    exact = "By hand:\r\n\t{{ x }} ${y} \u2028 'é'  "
    reply(guide, {"edit": 2, "answer": exact})
    reply(guide, "keep 4")
    reply(guide, "note 3 too long")
    reply(guide, "note all of them are too polite")
    reply(guide, "again 1")
    after = [sample.pair for sample in guide.samples]
    assert after[0] != before[0] and [after[n] for n in (2, 3, 4)] == [before[n] for n in (2, 3, 4)]
    assert (guide.samples[1].answer, guide.samples[1].wrote) == (exact, before[1])
    assert (guide.samples[2].notes, guide.state.notes) == (("too long",), ("all of them are too polite",))
    assert before[0]["input"] in shop.texts[-1] and "was refused" in shop.texts[-1]
    assert "By hand:" in shop.texts[-1] and before[3]["input"] in shop.texts[-1], "those that are kept are examples"
    reply(guide, "again all")
    assert [sample.pair == pair for sample, pair in zip(guide.samples, after, strict=True)] == [False, True, False, True, False]
    reply(guide, "continue")
    rows = shop.file(guide)
    assert len(rows) == 10 and rows[:2] == [after[1], after[3]]
    assert next(row.data["answer"] for row in shop.lab.project().datasets.rows("support")) == exact
    assert shop.lab.project().prompts.get("support").prompt.examples[0].input == after[1]["input"]


def test_what_cannot_be_done_with_samples_is_told(shop: Shop) -> None:
    guide = shop.at_samples(rows=8)
    for act, words in (({"edit": 9, "answer": "x"}, "no sample 9"), ({"edit": 1, "answer": " "}, "would be blank"), ("keep 7", "no sample 7"),
                       ({"edit": 1, "input": guide.samples[1].input.upper()}, "same input"), ("note 1   ", "says nothing|no sample")):  # fmt: skip
        if act != "note 1   ":
            with pytest.raises((Invalid, NotFound), match=words):
                reply(guide, act)  # type: ignore[arg-type]
    reply(guide, "keep 1 2 3 4 5")
    reply(guide, "drop 5")
    guide.take(rows=3)
    with pytest.raises(Invalid, match="4 samples are kept, and 3 rows are wanted"):
        reply(guide, "continue")
    assert guide.phase == "making"
    guide.take(rows=4)
    guide.go_on()
    assert [row["input"] for row in shop.file(guide)] == [sample.input for sample in guide.samples[:4]]


def test_a_sample_that_failed_has_no_content(shop: Shop) -> None:
    def cut(request: Any) -> Any:
        return Reply("Error parsing", finish="length") if "tone: angry" in request.text else shop.mind(request)

    shop._reply = cut
    guide = shop.at_samples(rows=6)
    failed = [sample for sample in guide.samples if sample.failed]
    assert failed and all((sample.input, sample.answer) == ("", "") and sample.failed.startswith("cut") for sample in failed)
    with pytest.raises(Invalid, match="no content"):
        guide.pin(guide.samples.index(failed[0]) + 1)
    with pytest.raises(Invalid, match="would be blank"):
        guide.edit(guide.samples.index(failed[0]) + 1, answer="x")
    before = len(failed)
    shop._reply = shop.mind
    reply(guide, f"again {guide.samples.index(failed[0]) + 1}")
    assert [bool(sample.failed) for sample in guide.samples].count(True) == before - 1, "another answer is asked for"
    shop._reply = cut
    reply(guide, "continue")
    assert guide.made is not None
    assert "Error parsing" not in Path(guide.made.path or "").read_text(encoding="utf-8")
    assert (guide.made.state, guide.made.rows) == ("finished", 6) or guide.made.reason


def test_a_change_of_the_brief_leads_back_to_it_and_what_is_kept_stays(shop: Shop) -> None:
    guide = shop.at_samples(rows=8)
    guide.edit(1, answer="mine")
    reply(guide, "change the output format to JSON")
    assert guide.phase == "summary"
    reply(guide, "looks good")
    assert guide.phase == "samples" and guide.samples[0].answer == "mine" and len(guide.samples) == 5
    assert "The answer: JSON" in shop.texts[-1]
    assert len(shop.lab.project().prompts.log("support")) == 2


def test_malformed_answers_cost_no_row(shop: Shop) -> None:
    seen: list[int] = []

    def broken(request: Any) -> Any:
        seen.append(1)
        return "{not json" if "input" in (request.schema or {}).get("properties", {}) and len(seen) % 7 == 0 else shop.mind(request)

    shop._reply = broken
    guide = shop.at_samples(rows=40)
    reply(guide, "continue")
    rows = shop.file(guide)
    assert len(rows) == 40 and all(row["input"].startswith("Case ") and row["answer"] for row in rows)
    assert not any(FORMAT.read(row) != row for row in rows)


def test_as_csv_with_exactly_two_columns(shop: Shop) -> None:
    guide = shop.lab.project().guides.begin("table", model="openai/m", base_url=shop.server.url, rows=10, format="csv")
    assert guide.items["dataset_format"].state == "known"
    guide.set(NEEDED)
    for word in ("done", "looks good", "edit 1 answer a, \"b\"\nc", "continue"):
        reply(guide, word)
    assert guide.made is not None and guide.made.path == str(shop.folder / "table.csv")
    with open(guide.made.path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10 and list(rows[0]) == ["input", "answer"] and rows[0]["answer"] == 'a, "b"\nc'


def test_several_rows_in_a_call(shop: Shop) -> None:
    def many(request: Any) -> Any:
        rows = (request.schema or {}).get("properties", {}).get("rows")
        return {"rows": [shop.mind.pair() for _ in range(rows["minItems"])]} if rows else shop.mind(request)

    shop._reply = many
    guide = shop.begin(rows=23)
    guide.set(NEEDED)
    for word in ("done", "rows per call 10", "looks good", "continue"):
        reply(guide, word)
    assert len(shop.file(guide)) == 23
    assert len([text for text in shop.texts if "different rows" in text]) == 3


@pytest.mark.parametrize("rows", [1, 3, 700])
def test_few_rows_and_more_than_the_plan_has(shop: Shop, rows: int) -> None:
    guide = shop.at_samples(rows=rows)
    assert len(guide.samples) == min(5, rows)
    reply(guide, "continue")
    assert len(shop.file(guide)) == rows


# -- notes become a better prompt -------------------------------------------------------------------------------------------------------

DEAR = "starts_with(answer, 'Dear')"


def noted(shop: Shop, change_: str, **more: Any) -> Guide:
    """A session whose samples are noted as stiff, and a model that changes the prompt so."""
    guide = shop.at_samples(rows=12, **more)
    guide.edit(1, answer="Mine, by hand.")
    guide.note("stiff", 2)
    guide.note("much too formal")
    shop.mind.refiner.grouping = {"themes": [theme("formal", (2, "stiff"), (3, "formal"), where=DEAR)]}
    assert guide.prompt is not None
    shop.mind.refiner.changing = [change(guide.prompt.text.replace("{{ more }}", change_ + "\n{{ more }}"), guide.prompt.system)]
    return guide


def test_notes_change_the_prompt_where_the_failure_rate_falls(shop: Shop) -> None:
    guide = noted(shop, "Always be friendly.")
    before = [sample.pair for sample in guide.samples]
    reply(guide, "refine 20")
    found = guide.state.proposal
    assert found is not None and (found.verdict, found.old, found.new, found.inputs) == ("accepted", 1.0, 0.0, 20)
    assert "+Always be friendly." in found.diff and [one.by for one in found.themes] == ["expression"]
    assert found.rows[0].old_themes == ("formal",) and found.rows[0].new_themes == () and found.high is not None and found.high < 0
    assert (guide.phase, guide.samples[0].answer) == ("samples", "Mine, by hand.")
    assert all(sample.answer.startswith("Hi!") and sample.pair != pair for sample, pair in list(zip(guide.samples, before, strict=True))[1:])
    assert "fell from 100% to 0%" in shop.lab.project().prompts.log("support")[0].message
    reply(guide, "rows 14")
    reply(guide, "looks good")
    assert guide.prompt is not None and "Always be friendly." in guide.prompt.text, "more rows do not write the prompt anew"
    reply(guide, "continue")
    rows = shop.file(guide)
    assert len(rows) == 14 and rows[0]["answer"] == "Mine, by hand." and all(row["answer"].startswith("Hi!") for row in rows[1:])


def test_an_accepted_change_stands_in_what_a_changed_brief_makes(shop: Shop) -> None:
    guide = noted(shop, "Always be friendly.")
    reply(guide, "refine 20")
    reply(guide, "change output format to Two sentences")
    reply(guide, "looks good")
    assert any("stands in the new prompt" in told for told in guide.state.told)
    assert guide.prompt is not None and "Always be friendly." in guide.prompt.text and "Two sentences" in guide.prompt.text
    assert (guide.samples[0].answer, {sample.answer[:3] for sample in guide.samples[1:]}) == ("Mine, by hand.", {"Hi!"})
    reply(guide, "add never in capitals to constraints")
    reply(guide, "looks good")
    assert "Always be friendly." in guide.prompt.text and "never in capitals" in guide.prompt.text


def test_a_change_of_the_same_lines_is_not_carried_into_a_changed_brief(shop: Shop) -> None:
    guide = noted(shop, "")
    assert guide.prompt is not None
    line = next(line for line in guide.prompt.text.splitlines() if line.startswith("The answer:"))
    shop.mind.refiner.changing = [change(guide.prompt.text.replace(line, f"{line}; be friendly"), guide.prompt.system)]
    reply(guide, "refine 20")
    reply(guide, "change output format to Two sentences")
    reply(guide, "looks good")
    assert any("without the change that was accepted" in told for told in guide.state.told)
    assert "be friendly" not in guide.prompt.text and "Two sentences" in guide.prompt.text
    before = shop.lab.project().prompts.log("support")[1]
    assert "be friendly" in shop.lab.project().prompts.get(f"support@{before.version}").prompt.text, "it stands in its history"


def test_a_bad_change_is_refused_by_the_paired_test_and_may_be_overruled(shop: Shop) -> None:
    guide = noted(shop, "Mind the customer.")
    text = guide.prompt and guide.prompt.text
    before = guide.samples
    reply(guide, {"refine": 12})
    found = guide.state.proposal
    assert found is not None and (found.verdict, found.old, found.new) == ("refused", 1.0, 1.0) and "did not fall" in guide.state.told[0]
    assert (guide.phase, guide.prompt and guide.prompt.text, guide.samples) == ("samples", text, before)
    calls = len(shop.asked)
    guide = shop.again()
    reply(guide, "accept anyway")
    assert guide.prompt is not None and "Mind the customer." in guide.prompt.text
    assert guide.state.proposal is not None and guide.state.proposal.verdict == "overruled"
    assert guide.samples[0].answer == "Mine, by hand." and len(shop.asked) == calls + 4
    assert "although it was not accepted" in shop.lab.project().prompts.log("support")[0].message
    with pytest.raises(Conflict, match="no change that was refused"):
        reply(guide, "accept anyway")


def test_a_change_is_tried_with_what_is_kept_as_examples_and_bought_once(shop: Shop) -> None:
    guide = noted(shop, "Always be friendly.")
    turns = len(guide.turns)
    other = shop.again()
    reply(guide, "refine 8")
    tried = [text for text in shop.texts if "Mine, by hand." in text]
    assert len(tried) >= 16
    calls = len(shop.asked)
    with pytest.raises(Conflict, match="Somebody else has gone on"):
        other.refine(8)
    assert len(shop.asked) == calls, "a turn that is lost before it is kept finds its answers again"
    assert [turn.kind for turn in guide.turns[turns:]] == ["refine", "samples"]


def test_what_is_not_noted_cannot_be_mended(shop: Shop) -> None:
    guide = shop.at_samples(rows=6)
    with pytest.raises(Invalid, match="Nothing is noted"):
        reply(guide, "refine")
    guide.note("odd", 1)
    with pytest.raises(Unavailable, match="no theme"):
        reply(guide, "refine")
    assert guide.phase == "samples"


# -- caps, models, names ----------------------------------------------------------------------------------------------------------------


def test_a_cap_holds_for_the_whole_session(shop: Shop) -> None:
    priced = {"model": "openai/m", "base_url": shop.server.url, "price_in": 1, "price_out": 1, "max_tokens": 100, "concurrency": 1}
    guides = shop.lab.project().guides
    guide = guides.begin("support", model=_model(priced), rows=30, budget_usd=0.008)
    guide.set(NEEDED)
    reply(guide, "done")
    reply(guide, "looks good")
    with pytest.raises(Conflict, match=r"not done.*paused"):
        reply(guide, "continue")
    spent = sum(run.cost_usd or 0 for run in shop.runs.list())
    assert spent <= 0.008
    guide = shop.again()
    guide.take(budget_usd=1.0)
    guide.go_on()
    if guide.phase == "samples":
        reply(guide, "continue")
    assert guide.made is not None and guide.made.rows == 30
    assert guide.state.cost_usd == pytest.approx(sum(run.cost_usd or 0 for run in shop.runs.list()))


def _model(settings: dict[str, Any]) -> Any:
    from rowsmith.core.models import Model

    return Model(**settings)


def test_a_model_that_cannot_be_asked_is_told_before_anything_is_said(shop: Shop) -> None:
    guides = shop.lab.project().guides
    for model, words in (("openai/gpt-4o-mini", "OPENAI_API_KEY"), ("nobody", "no provider"), ("noone/x", "No provider is called 'noone'")):
        with pytest.raises(Invalid) as error:
            guides.begin("x", model=model)
        assert words in str(error.value)
    with pytest.raises(Invalid, match="needs a model"):
        guides.begin("x", base_url="http://127.0.0.1:1/v1")
    with pytest.raises(Invalid, match="price"):
        guides.begin("x", model="openai/m", base_url=shop.server.url, budget_usd=1)
    for more in ({"rows": 0}, {"format": "xml"}):
        with pytest.raises(Invalid):
            guides.begin("x", **more)  # type: ignore[arg-type]
    assert list(guides.list()) == []


def test_nova_models_are_chosen_like_any_other(shop: Shop) -> None:
    for name in ("bedrock/us.amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "litellm/bedrock/amazon.nova-micro-v1:0"):
        found = shop.lab.project().guides.settings(model=name)["model"]["model"]
        assert found.startswith("litellm/bedrock/") and found.endswith(name.rpartition("/")[2])


def test_a_session_or_dataset_of_the_name_is_not_written_over(shop: Shop) -> None:
    shop.begin("support", asks=False)
    with pytest.raises(Conflict, match="a session called 'support' already"):
        shop.begin("support", asks=False)
    shop.run({"kind": "read.rows", "rows": [{"a": 1}]})
    with pytest.raises(Conflict, match="a dataset called 't' already"):
        shop.begin("t", asks=False)
    for name in ("a/b", "g7"):
        with pytest.raises(Invalid, match="cannot be the name"):
            shop.begin(name, asks=False)
    guide = shop.begin("", asks=False)
    assert (guide.name, guide.brief.name) == (guide.id, guide.id)
    guide.set(NEEDED)
    guide.say("done")
    guide.say("name t")
    with pytest.raises(Conflict, match="a dataset called 't' already"):
        guide.say("looks good")
    guide.say("name mine")
    guide.say("looks good")
    assert guide.state.prompt_name == "mine"


def test_a_prompt_of_somebody_else_keeps_its_name(shop: Shop) -> None:
    shop.lab.project().prompts.add(Prompt(text="Mine."), "support")
    guide = shop.at_samples(rows=5)
    assert guide.state.prompt_name == "support-support" or guide.state.prompt_name.startswith("support-")
    assert shop.lab.project().prompts.get("support").prompt.text == "Mine."


# -- without a model --------------------------------------------------------------------------------------------------------------------


def test_without_a_model_there_is_a_form_a_brief_and_a_recipe(shop: Shop) -> None:
    guide = shop.begin(asks=False, rows=9)
    for answer in NEEDED.values():
        guide.say(answer)
    for words in ("bills", "next", "tone: polite, angry; length: short, long", "next", "a; b; c", "no names"):
        guide.say(words)
    guide.say("suggest")
    assert "needs a model" in guide.state.told[0]
    assert guide.brief.attributes == {"tone": ["polite", "angry"], "length": ["short", "long"]} and guide.brief.edge_cases == ["a", "b", "c"]
    reply(guide, "looks good")
    assert (guide.phase, guide.samples, shop.asked) == ("sampling", (), [])
    with pytest.raises(Invalid, match="need a model"):
        guide.sample()
    with pytest.raises(Conflict, match="cannot be made yet"):
        guide.make()
    recipe = guide.write_recipe()
    done = shop.runs.start(recipe, sets={"model": "openai/m", "base_url": shop.server.url})
    assert (done.state, done.kept) == ("finished", 9)
    assert "- tone: " in shop.texts[0] and "no names" in shop.texts[0]


def test_a_model_may_come_later(shop: Shop) -> None:
    guide = shop.begin(asks=False, rows=5)
    guide.set(NEEDED)
    guide.say("done")
    guide.say("looks good")
    with pytest.raises(Conflict, match="brief is confirmed"):
        shop.begin("fresh", asks=False).write_recipe()
    guide = shop.again()
    guide.take(**shop.lab.project().guides.settings(model="openai/m", base_url=shop.server.url))
    guide.go_on()
    assert len(guide.samples) == 5


# -- resumed ----------------------------------------------------------------------------------------------------------------------------


def test_a_session_goes_on_in_another_process_between_all_turns_and_buys_nothing_twice(shop: Shop) -> None:
    shop.begin(rows=20)
    words: list[Any] = [{"items": NEEDED}, "done", "looks good", {"edit": 1, "answer": "mine"}, "again 2", "continue"]
    for said_ in words:
        reply(shop.again(), said_)
    guide = shop.again()
    assert guide.made is not None and guide.made.rows == 20 and shop.file(guide)[0]["answer"] == "mine"
    assert shop.server.calls.repeated() == {}


def test_two_who_go_on_with_one_session_do_not_both_have_the_turn(shop: Shop) -> None:
    one, two = shop.begin(asks=False), shop.again()
    one.say("A nurse")
    with pytest.raises(Conflict, match="Somebody else has gone on"):
        two.say("A doctor")
    assert shop.again().items["role_persona"].value == "A nurse"


def test_sessions_are_listed_and_found_by_name_or_id(shop: Shop) -> None:
    guide = shop.begin(asks=False)
    guide.say("A nurse")
    (listed,) = shop.lab.project().guides.list()
    assert (listed.guide, listed.phase, listed.known, listed.assumed, listed.open, listed.turns) == ("support", "checklist", 1, 1, 10, 2)
    assert shop.again(guide.id).name == "support"
    with pytest.raises(NotFound, match="No session is called 'nowhere'"):
        shop.again("nowhere")
    shop.lab.projects.create("other")
    with pytest.raises(NotFound):
        shop.lab.project("other").guides.get("support")
