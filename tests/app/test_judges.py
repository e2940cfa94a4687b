"""Judges that can be trusted: what a run, a check, a plan and quality say of them, and what becomes of a threshold when they change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask
from typer.testing import CliRunner

from rowsmith.app.kin import family, related, told
from rowsmith.app.quotes import quote
from rowsmith.core.errors import Invalid
from rowsmith.testing import Request

CRITERIA = {"fit": "It fits the question."}


def longest(request: Request) -> Any:
    """A judge that likes length, in the first place what stands there, and in the model `constant` everything alike."""
    model, said = request.data["model"], request.text
    if "answer 1" in request.text:
        return json.dumps({"reason": "so", "better": "1"})
    words = len(said.split())
    score = 9 if "constant" in model else max(1, min(10, words // 8 + 1 - 2 * ("strict" in model)))
    return json.dumps({"fit": {"reason": "so", "score": score}})


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    with Bench(tmp_path, longest) as made:
        yield made


def source(count: int = 60) -> dict[str, Any]:
    return {"kind": "read.rows", "rows": [{"input": f"Question {n}?", "answer": " ".join(["word"] * (n % 60 + 1))} for n in range(count)]}


def judge(**more: Any) -> dict[str, Any]:
    return {"kind": "score.judge", "criteria": CRITERIA, "columns": ["answer"], **more}


def models(bench: Bench, **names: str) -> dict[str, Any]:
    return {role: bench.model(model=f"openai/{name}") for role, name in names.items()}


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("openai/gpt-4o-mini", "gpt"), ("openrouter/openai/o3-mini", "gpt"), ("openai/chatgpt-4o", "gpt"), ("ollama/llama3.2", "llama"),
        ("together/meta-llama/Meta-Llama-3-8B", "llama"), ("ollama/codellama", "llama"), ("mistral/open-mixtral-8x7b", "mistral"),
        ("bedrock/us.anthropic.claude-sonnet-4", "claude"), ("gemini/gemma-3", "gemini"), ("vllm/QwQ-32B", "qwen"), ("acme/own-model-2", "own"),
    ],
)  # fmt: skip
def test_families_are_told_by_name(model: str, name: str) -> None:
    assert family(model) == name


def test_kin_is_named_and_strangers_are_not() -> None:
    assert related(["openai/gpt-4o", "anthropic/claude-3"], ["azure/o1", "ollama/llama3"]) == [("openai/gpt-4o", "azure/o1")]
    assert "openai/gpt-4o is of the family of azure/o1, which made the rows" in told(["openai/gpt-4o"], ["azure/o1"])
    assert told(["openai/gpt-4o"], ["ollama/llama3"]) == "" == told([], ["a"])


def test_check_and_plan_warn_of_kin_cold_draws_and_a_weak_rubric_before_a_run(bench: Bench) -> None:
    from rowsmith.cli.main import app

    weak = {"criteria": CRITERIA, "scale": [0, 100]}
    names = models(bench, writer="gpt-4o-mini", judge="o3")
    names["judge"]["temperature"] = 0
    twice = {"kind": "score.preference", "first": "text", "second": "other", "draws": 2}
    for judges, cold in ((models(bench, judge="o3"), False), ({"judge": names["judge"]}, True)):
        pairs = bench.recipe({"kind": "read.rows", "rows": [{"text": "a", "other": "b"}]}, twice, models=judges)
        assert any("at the temperature 0" in note for note in quote(bench.runs, pairs).notes) is cold
    step = {"kind": "score.judge", "rubric": weak, "columns": ["answer"], "draws": 2}
    recipe = bench.recipe({"kind": "read.rows", "rows": [{"text": "a"}]}, ask(), step, models=names)
    notes = quote(bench.runs, recipe).notes
    for said in ("is of the family of openai/gpt-4o-mini", "at the temperature 0", "101 scores"):
        assert any(said in note for note in notes), said
    env = {"OPENAI_API_KEY": "x"}
    checked = json.loads(CliRunner().invoke(app, ["check", str(recipe), "--json", "--offline"], env=env).stdout)
    assert set(checked["notes"]) <= set(notes) and len(checked["notes"]) >= 3
    other = bench.recipe({"kind": "read.rows", "rows": [{"text": "a"}]}, ask(), judge(), models=models(bench, writer="qwen3", judge="o3"))
    assert not [note for note in quote(bench.runs, other).notes if "family" in note or "rubric" in note]


def test_a_run_tells_what_its_judges_give_away(bench: Bench) -> None:
    pair = {"kind": "score.preference", "first": "input", "second": "answer"}
    panel = judge(model="judge", also=["other"], into="panel", disagree=0.05)
    steps = (source(), judge(name="flat", model="constant", into="flat"), panel, pair)
    done = bench.run(*steps, top={"models": models(bench, judge="gpt-4o", other="strict", constant="constant")})
    of_run = bench.lab.project().judges.of(done.run)
    assert of_run is not None and of_run.notes == ()
    flat, panel_, places = of_run.scores
    assert (flat.score, flat.constant and flat.constant.share, flat.length) == ("flat", 1.0, None)
    assert any("it tells nothing apart" in said for said in flat.warnings)
    assert panel_.length is not None and panel_.length.correlation > 0.95
    assert any("longer answers score higher" in said for said in panel_.warnings)
    assert panel_.agreed is not None and panel_.agreed.rows == 60 and panel_.agreed.interval is not None and panel_.agreed.apart > 30
    assert dict(panel_.by) == {"openai/gpt-4o": 60, "openai/strict": 60}
    assert (places.places and places.places.first, dict(places.verdicts)) == (60, {"tie": 60})
    assert any("favours the first place" in said for said in places.warnings) and any("turned with the order" in said for said in places.warnings)
    first = next(iter(bench.runs.rows(done.run)))
    assert first.scores["panel"]["spread"] >= 0 and len(first.scores["panel"]["judgements"]) == 2
    assert bench.lab.project().judges.of(bench.run(source(3), top={"name": "u"}).run) is None


def test_several_verdicts_of_pairs_tell_how_far_they_agree_and_whether_length_wins(bench: Bench) -> None:
    def reply(request: Request) -> Any:
        one, two = (len(said.split()) for said in re.findall(r"answer [12] ---\n(.*?)\n---", request.text, re.S))
        shorter = "moody" in request.data["model"] and "odd" in request.text
        return json.dumps({"reason": "so", "better": "1" if (one > two) != shorter else "2"})

    bench._reply = reply
    rows = [{"task": "odd" if n % 3 == 0 else "even", "a": "word " * (n + 2), "b": "word " * (60 - n) + "."} for n in range(60)]
    pair = {"kind": "score.preference", "first": "a", "second": "b", "also": ["other"]}
    done = bench.run({"kind": "read.rows", "rows": rows}, pair, top={"models": models(bench, judge="gpt-4o", other="moody")})
    (score,) = bench.lab.project().judges.of(done.run).scores
    assert dict(score.by) == {"openai/gpt-4o": 60, "openai/moody": 60} and score.places is not None
    assert (score.places.asked, score.places.turned, score.verdicts["tie"]) == (120, 0, 20)
    assert score.agreed is not None and (score.agreed.rows, score.agreed.apart) == (60, 20) and score.agreed.interval is not None
    assert score.agreed.alpha == pytest.approx(1 / 3, abs=0.02) and any("agree little" in said for said in score.warnings)
    assert score.longer is not None and (score.longer.pairs, score.longer.longer) == (40, 40)
    assert any("the longer answer won in 40 of 40 pairs" in said for said in score.warnings)
    assert "  the longer answer won in 40 of 40 (88% to 100%)" in list(score.lines())


def test_an_honest_judge_is_not_warned_of(bench: Bench) -> None:
    rows = [{"answer": " ".join(["word"] * (n % 60 + 1)), "n": n} for n in range(60)]
    done = bench.run({"kind": "read.rows", "rows": rows}, judge(columns=["n"], model="judge"), top={"models": models(bench, judge="gpt-4o")})
    rows = [row.with_scores({"judge": {**row.scores["judge"], "overall": n * 7 % 10}}) for n, row in enumerate(bench.rows(done))]
    from rowsmith.app.judged_rows import gathered

    assert gathered(rows)[0].warnings == ()


def test_quality_shows_the_judges_of_a_dataset_and_its_kin(bench: Bench) -> None:
    names = models(bench, writer="gpt-4o", judge="o3")

    def reply(request: Request) -> Any:
        return longest(request) if "Judge the record" in request.text else json.dumps({"answer": "word " * (len(request.text) + 1)})

    bench._reply = reply
    steps = ({"kind": "read.rows", "rows": [{"text": "x" * n} for n in range(40)]}, ask(), judge(model="judge"))
    bench.run(*steps, top={"models": names})
    found = bench.lab.project().quality.check("t", checks=["form"])
    (score,) = found.judges
    assert (score.score, score.rows, dict(score.by), score.made_by) == ("judge", 40, {"openai/o3": 40}, ("openai/gpt-4o",))
    assert any("is of the family of openai/gpt-4o" in note for note in found.notes) and any("longer answers" in note for note in found.notes)
    assert found.dump()["judges"][0]["length"]["correlation"] > 0.2
    for row in list(bench.lab.project().datasets.rows("t"))[:30]:
        bench.lab.project().reviews.add("t", row.id, score=float(len(row.data["answer"])))
    (score,) = bench.lab.project().quality.check("t", checks=["form"]).judges
    assert score.length is not None and score.length.held_rows == 30


def reviewed(bench: Bench, count: int = 120) -> Any:
    """A judged dataset of which people accept what has 25 words or more."""
    rows = [{"answer": " ".join(["word"] * (n % 60 + 1)), "n": n} for n in range(count)]
    bench.run({"kind": "read.rows", "rows": rows}, judge(model="judge"), top={"models": models(bench, judge="gpt-4o")})
    project = bench.lab.project()
    for row in project.datasets.rows("t"):
        words = len(row.data["answer"].split())
        project.reviews.add("t", row.id, verdict="accept" if words >= 25 else "reject", score=float(words))
    return project


def test_calibration_shows_how_far_judge_and_people_agree_with_intervals(bench: Bench) -> None:
    found = reviewed(bench).reviews.calibrate("t", "scores.judge.overall")
    agreed = found.agreement
    for figure, around in (
        (agreed.spearman, agreed.spearman_interval), (agreed.pearson, agreed.pearson_interval), (agreed.kappa, agreed.kappa_interval)
    ):  # fmt: skip
        assert figure is not None and around is not None and around[0] <= figure <= around[1] and figure > 0.8
    (score,) = found.judges
    assert dict(score.by) == {"openai/gpt-4o": 120} and score.length is not None and score.length.held_rows == 120


def test_rows_that_people_judge_differently_count_in_how_far_they_agree(bench: Bench) -> None:
    """Their verdicts stand against each other, so that they speak neither for the row nor against it."""
    bench.run({"kind": "read.rows", "rows": [{"input": f"q{n}", "answer": "word " * n} for n in range(1, 13)]}, judge(model="judge"),
              top={"models": models(bench, judge="gpt-4o")})  # fmt: skip
    project = bench.lab.project()
    for n, row in enumerate(project.datasets.rows("t")):
        for author, good in (("ann", n % 2 == 0), ("bo", n % 2 == 0 or n % 3 == 0)):
            project.reviews.add("t", row.id, verdict="accept" if good else "reject", author=author)
    (score,) = project.quality.check("t", checks=["form"]).judges
    assert score.people is not None and score.people.rows == 10
    assert score.people.among.rows == 12
    assert score.people.among.value == project.reviews.calibrate("t", "scores.judge.overall").agreement.alpha


def test_quality_tells_how_far_judges_and_people_agree(bench: Bench) -> None:
    project = reviewed(bench, 60)
    rows = list(project.datasets.rows("t"))
    for row in rows[:20]:  # another person, who accepts what has 15 words or more
        words = len(row.data["answer"].split())
        project.reviews.add("t", row.id, verdict="accept" if words >= 15 else "reject", author="bo")
    (score,) = project.quality.check("t", checks=["form"]).judges
    found = score.people
    assert found is not None and found.rows == 60 and found.spearman is not None and found.spearman > 0.95
    assert found.interval is not None and found.interval[0] < found.spearman < found.interval[1] and found.area == pytest.approx(1, abs=0.02)
    assert found.kappa.value is not None and found.kappa.value > 0.8 and found.kappa.rows > 40
    assert found.among.rows == 20 and found.among.value is not None and found.among.value < 1
    assert {name: (one.rows, one.with_people) for name, one in score.each.items()} == {"openai/gpt-4o": (60, found.spearman)}
    said = "\n".join(score.lines())
    assert "with people, 60 rows: Spearman" in said and "kappa" in said and "people with each other alpha" in said


def test_each_of_several_judges_is_held_against_people(bench: Bench) -> None:
    panel = judge(model="judge", also=["other"], draws=2)
    bench.run(source(40), panel, top={"models": models(bench, judge="gpt-4o", other="constant")})
    project = bench.lab.project()
    for row in project.datasets.rows("t"):
        project.reviews.add("t", row.id, score=float(len(row.data["answer"].split())))
    (score,) = project.quality.check("t", checks=["form"]).judges
    assert score.each["openai/constant"].with_people is None and score.each["openai/constant"].mean == 9
    assert score.each["openai/gpt-4o"].with_people is not None and score.each["openai/gpt-4o"].with_people > 0.95
    assert any(line.startswith("  openai/gpt-4o: mean") and "with people" in line for line in score.lines())


def test_quality_warns_of_a_threshold_of_another_judge(bench: Bench) -> None:
    where = reviewed(bench).reviews.calibrate("t", "scores.judge.overall").where
    steps = ({"kind": "read.dataset", "dataset": "t"}, judge(model="judge"), {"kind": "filter.where", "where": where})
    bench.run(*steps, top={"name": "used", "models": models(bench, judge="strict")})
    notes = bench.lab.project().quality.check("used", checks=["form"]).notes
    assert any("was shown for openai/gpt-4o" in note and "openai/strict" in note for note in notes)


def test_another_judge_shifts_scores_turns_verdicts_and_breaks_the_promise(bench: Bench) -> None:
    project = reviewed(bench)
    calibrated = project.reviews.calibrate("t", "scores.judge.overall")
    at = calibrated.calibration.threshold
    again = ({"kind": "read.dataset", "dataset": "t"}, judge(model="judge"))
    new = bench.run(*again, top={"name": "new", "models": models(bench, judge="constant")})
    found = project.judges.drift("t", "scores.judge.overall", against=f"run:{new.run}")
    assert (found.rows, found.others, found.changed, found.new, found.shown) == (120, 0, 0, 9.0, True)
    assert found.interval is not None and found.interval[0] <= found.shift <= found.interval[1]
    old = [row.scores["judge"]["overall"] for row in project.datasets.rows("t")]
    assert found.crossing is not None and found.crossing.threshold == at
    assert (found.crossing.up, found.crossing.down) == (sum(score < at for score in old), 0)
    assert found.crossing.holds is False and any("is not shown to keep 90%" in note for note in found.notes)
    strict = bench.run(*again, top={"name": "strict", "models": models(bench, judge="strict")})
    kept = project.judges.drift("t", "scores.judge.overall", against=f"run:{strict.run}")
    assert kept.crossing is not None and kept.crossing.holds and kept.crossing.down > 0 and kept.shift < -1
    same = project.judges.drift("t", "scores.judge.overall", to="scores.judge.overall")
    assert (same.shift, same.shown, same.crossing and same.crossing.holds) == (0.0, False, True)
    assert any("what differs is chance" in note for note in same.notes)


def test_a_threshold_of_another_judge_is_warned_of_in_plan_and_run(bench: Bench) -> None:
    where = reviewed(bench).reviews.calibrate("t", "scores.judge.overall").where
    keep = {"kind": "filter.where", "name": "good", "where": f"{where} AND n >= 0"}
    steps = ({"kind": "read.dataset", "dataset": "t"}, judge(model="judge"), keep)

    def notes(*steps: Any, name: str) -> list[str]:
        recipe = bench.recipe(*steps, models=models(bench, judge=name), name="used")
        done = bench.runs.start(recipe, commit=False)
        of_run = bench.lab.project().judges.of(done.run)
        assert of_run is not None
        told = [note for note in quote(bench.runs, recipe).notes if "was shown for" in note]
        assert list(of_run.notes) == told
        return told

    assert notes(*steps, name="gpt-4o") == []
    (said,) = notes(*steps, name="strict")
    assert re.search(r"Step 'good': .* was shown for openai/gpt-4o \(\w{8}\), and here openai/strict \(\w{8}\) judges", said)
    assert notes(steps[0], judge(model="judge", guidance="Be kind."), keep, name="gpt-4o"), "another rubric is another judge"
    looser = {**keep, "where": f"{where}5 AND n >= 0"}
    assert notes(steps[0], steps[1], looser, name="strict") == [], "another threshold is nobody's promise"


def test_drift_between_what_cannot_be_compared_is_told(bench: Bench) -> None:
    project = bench.lab.project()
    bench.run(source(3), judge(model="judge"), top={"models": models(bench, judge="gpt-4o")})
    bench.run({"kind": "read.rows", "rows": [{"answer": "other"}]}, judge(model="judge"), top={"name": "u", "models": models(bench, judge="gpt-4o")})
    for more, said in (
        ({}, "where the new scores are"), ({"against": "u"}, "has both scores"), ({"to": "scores.none"}, "gives no number"),
        ({"precision": 1}, "no share"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=said):
            project.judges.drift("t", "scores.judge.overall", **{**({"to": "scores.judge.overall"} if "precision" in more else {}), **more})
    found = project.judges.drift("t", "scores.judge.overall", to="scores.judge.overall + 1")
    assert (found.shift, found.crossing, found.before) == (1.0, None, None) and any("No threshold is known" in note for note in found.notes)
    blind = project.judges.drift("t", "scores.judge.overall", to="scores.judge.overall + 1", threshold=2)
    assert blind.crossing is not None and blind.crossing.holds is None and any("Nobody has accepted" in note for note in blind.notes)
