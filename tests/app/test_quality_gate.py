"""Gates: each requirement passes and fails where it should, what is not measured does not pass, and files that are wrong say where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from checked import CHECKS, alpaca, lines, trusted
from running import Bench

from rowsmith.app.quality_checks import Means
from rowsmith.app.quality_run import NotDone, Watched
from rowsmith.core.distributions import wilson
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.testing import Request


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    trusted(tmp_path)
    lines(tmp_path / "a.jsonl", alpaca())
    with Bench(tmp_path) as made:
        yield made


def gate(bench: Bench, said: Any, **options: Any) -> dict[str, Any]:
    path = bench.folder / "gate.yaml"
    path.write_text(said if isinstance(said, str) else yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    found = bench.lab.project().quality.check("a.jsonl", **{"checks": CHECKS, **options}, gate=path)
    assert found.gate is not None
    return dict(found.gate)


CASES = (
    ("rows", {"rows": {"at_least": 8, "at_most": 8}}, {"rows": {"at_least": 9}}),
    ("rows.all_pass", {"rows": {"all_pass": False}}, {"rows": {"all_pass": True}}),
    ("grade", {"grade": "F"}, {"grade": "D"}),
    ("parts.acme.twins", {"parts": {"acme.twins": "F"}}, {"parts": {"acme.twins": "B"}}),
    ("flags.acme.twins", {"flags": {"acme.twins": 2}}, {"flags": {"acme.twins": 1}}),
    ("flags.acme.twins", {"flags": {"acme.twins": "25%"}}, {"flags": {"acme.twins": "24.9 %"}}),
    ("flags.acme.swearing.question", {"flags": {"acme.swearing.question": 1}}, {"flags": {"acme.swearing.question": 0}}),
    ("flags.acme.swearing.nothing", {"flags": {"acme.swearing.nothing": 0}}, {"flags": {"acme.swearing.answer": 0}}),
    ("scores.swearing.mean", {"scores": {"swearing": {"mean": {"at_most": 0.625}}}}, {"scores": {"swearing": {"mean": {"at_most": 0.6}}}}),
    ("scores.swearing.low", {"scores": {"swearing": {"low": {"at_most": 0}}}}, {"scores": {"swearing": {"low": {"at_least": 1}}}}),
    ("scores.swearing.high", {"scores": {"swearing": {"high": {"at_most": 2}}}}, {"scores": {"swearing": {"high": {"at_most": 1}}}}),
    ("scores.swearing.count", {"scores": {"swearing": {"count": {"at_least": 8}}}}, {"scores": {"swearing": {"count": {"at_least": 9}}}}),
    ("r", {"rules": [{"name": "r", "expect": "length(answer) > 5"}]}, {"rules": [{"name": "r", "expect": "length(answer) > 10"}]}),
    ("r", {"rules": [{"name": "r", "expect": "scores.swearing < 3"}]}, {"rules": [{"name": "r", "expect": "scores.swearing < 1"}]}),
    ("r", {"rules": [{"name": "r", "lacks": "Zebra"}]}, {"rules": [{"name": "r", "lacks": "Oslo"}]}),
    ("r", {"rules": [{"name": "r", "lacks": "Oslo", "in": "answer"}]}, {"rules": [{"name": "r", "lacks": "Oslo", "in": "question"}]}),
    ("r", {"rules": [{"name": "r", "matches": "[?]", "in": "input"}]}, {"rules": [{"name": "r", "matches": "[?]", "in": "answer"}]}),
    ("r", {"rules": [{"name": "r", "matches": "damn", "where": "scores.swearing > 0"}]}, {"rules": [{"name": "r", "matches": "damn"}]}),
    ("r", {"rules": [{"name": "r", "matches": "damn", "share": 0.5}]}, {"rules": [{"name": "r", "matches": "damn", "share": 0.51}]}),
)


def test_a_requirement_passes_and_fails(bench: Bench) -> None:
    for name, passes, fails in CASES:
        assert gate(bench, passes)["passed"] is True, passes
        failed = gate(bench, fails)
        [wrong] = [one for one in failed["rules"] if not one["passed"]]
        assert failed["passed"] is False
        assert wrong["name"] == name.replace("nothing", "answer") and wrong["wanted"] and wrong["found"]


def test_a_grade_that_few_rows_leave_open_has_to_be_good_enough_at_its_lower_end(bench: Bench) -> None:
    rows = [{"text": f"word{n}", **({"label": "x"} if n < 8 else {})} for n in range(40)]
    lines(bench.folder / "a.jsonl", rows)
    found = gate(bench, {"grade": "A"}, checks=["acme.twins", "acme.labelled"])
    assert (found["passed"], found["rules"][-1]["found"]) == (False, "A, between B and A")
    assert gate(bench, {"grade": "B"}, checks=["acme.twins", "acme.labelled"])["passed"] is True
    assert gate(bench, {"grade": "A"}, checks=["acme.twins"])["passed"] is True


def test_a_rule_names_the_rows_that_break_it_and_says_why(bench: Bench) -> None:
    found = gate(bench, {"name": "mine", "rules": [{"name": "polite", "lacks": "damn", "in": "answer", "message": "Do not swear."}]})
    assert (found["name"], found["rules"][-1]) == ("mine", {
        "name": "polite", "passed": False, "wanted": "lacks damn, in every row", "found": "4 of 8 rows", "message": "Do not swear.", "broken": 4,
        "rows": [2, 4, 6, 7], "reasons": [], "interval": None,
    })  # fmt: skip


KIND = {"name": "kind", "asks": "Is the answer kind?", "in": "answer", "model": "openai/m"}


def kind(request: Request) -> Any:
    """Says that swearing is not kind, and nothing usable of Oslo."""
    if "Norway" in str(request.data):  # asked again, too
        return "perhaps"
    return {"reason": "It swears." if "damn" in request.text else "It is friendly.", "holds": "damn" not in request.text}


def test_a_model_is_asked_about_a_rule(bench: Bench) -> None:
    bench._reply = kind
    found = gate(bench, {"rules": [{**KIND, "base_url": bench.server.url, "share": 0.4, "message": "Be kind."}]})
    rule = found["rules"][-1]
    assert found["passed"] is False and (rule["wanted"], rule["found"]) == (
        "yes to 'Is the answer kind?', in 0.4 of the rows", "3 of 8 rows; 1 without a usable answer"
    )  # fmt: skip
    assert (rule["rows"], rule["reasons"]) == ([2, 4, 6, 7, 8], ["It swears."] * 4 + [""])
    assert (rule["broken"], rule["message"], rule["interval"]) == (5, "Be kind.", [0.375, 0.375])
    assert "Who wrote Emma" not in "".join(bench.texts) and "Is the answer kind?" in bench.texts[0]  # `in` says what it sees
    asked = len(bench.asked)
    few = gate(bench, {"rules": [{**KIND, "base_url": bench.server.url, "where": "scores.swearing = 0 AND answer != 'In Norway.'"}]})
    assert few["passed"] is True and few["rules"][-1]["found"] == "3 of 3 rows" and len(bench.asked) == asked  # answers are stored


def test_a_sample_is_judged_by_its_interval(bench: Bench) -> None:
    bench._reply = kind
    path = lines(bench.folder / "a.jsonl", alpaca([(f"Is {n} a number?", f"Yes, {n} is one.") for n in range(60)]))
    asked = {**KIND, "base_url": bench.server.url, "sample": 0.5, "share": 0.8}
    rule = gate(bench, {"rules": [asked]})["rules"][-1]
    n = len(bench.asked)
    assert 15 < n < 45 and rule["passed"] is True and rule["found"].startswith(f"{n} of {n} rows asked, of 60: ")
    low, high = wilson(n, n, 1.96)
    assert rule["interval"] == [round(low, 6), round(high, 6)]
    assert gate(bench, {"rules": [{**asked, "share": 0.99}]})["passed"] is False and len(bench.asked) == n  # so few cannot tell
    assert gate(bench, {"rules": [{**asked, "seed": 7}]})["passed"] is True and len(bench.asked) > n  # others are asked, too
    with pytest.raises(Invalid, match="a sample cannot tell that every row keeps the rule"):
        gate(bench, {"rules": [{**asked, "share": 1}]})
    assert path.exists()


def test_a_rule_without_a_model_is_refused_and_one_with_it_keeps_to_a_cap(bench: Bench) -> None:
    bench._reply = kind
    rule = {"name": "kind", "asks": "Is it kind?"}
    with pytest.raises(Invalid, match=r"(?s)gate.yaml:3.*it asks a model, and none is given") as error:
        gate(bench, {"rules": [rule]})
    assert "--model provider/name" in error.value.problems[0].fix and not bench.asked
    means = Means("openai/m", bench.server.url)
    quality, path = bench.lab.project().quality, bench.folder / "gate.yaml"
    told = quality.forecast("a.jsonl", checks=CHECKS, gate=path, means=means)
    assert (told.calls.mid, len(bench.asked)) == (8, 0)
    with pytest.raises(NotDone, match="paused"):
        gate(bench, {"rules": [rule]}, means=means, watched=Watched(budget_tokens=1))
    assert gate(bench, {"rules": [rule]}, means=means)["rules"][-1]["broken"] == 5
    for wrong, says in (({"expect": "true"}, "give one of"), ({"base_url": "http://x"}, "base_url needs a model")):
        with pytest.raises(Invalid, match=says):
            gate(bench, {"rules": [{**rule, **wrong}]})
    with pytest.raises(Invalid, match="are for a question: asks"):
        gate(bench, {"rules": [{"name": "a", "lacks": "x", "sample": 0.5}]})


def test_a_pattern_that_takes_too_long_is_named_with_its_line(bench: Bench) -> None:
    lines(bench.folder / "a.jsonl", alpaca([("a", "a" * 50_000 + "!")]))
    with pytest.raises(Invalid) as error:
        gate(bench, "rules:\n  - {name: fine, lacks: x}\n  - {name: evil, lacks: '(a+)+$'}\n")
    [problem] = error.value.problems
    assert problem.line == 3 and "Rule 'evil': The pattern '(a+)+$' takes longer than" in problem.what and "`a+`" in problem.fix


def test_what_is_not_measured_or_not_read_has_not_passed(bench: Bench) -> None:
    found = gate(bench, {"flags": {"pii": 0}, "parts": {"form": "A"}, "diversity": {"at_least": 0.1}, "scores": {"judge": {"mean": {"at_least": 0}}}})
    assert [(one["name"], one["passed"]) for one in found["rules"]] == [
        ("rows", True), ("rows.all_read", True), ("parts.form", False), ("diversity", False), ("flags.pii", False), ("scores.judge.mean", False),
    ]  # fmt: skip
    assert "not measured: the check is not among those" in found["rules"][2]["found"]
    lines(bench.folder / "a.jsonl", alpaca(), "{broken\n")
    assert gate(bench, {"grade": "F"})["rules"][1]["found"] == "1 are not (broken_record 1)"
    assert gate(bench, {"rows": {"all_read": False}})["passed"] is True


def test_how_the_grade_is_made_may_be_edited(bench: Bench) -> None:
    parts = {"acme.swearing": {"weight": 1, "worst": 1}, "acme.twins": {"weight": 3, "worst": 1}}
    kind = {"parts": parts, "slack": 1, "borders": {"C": 0.68, "D": 0.6}}
    quality, weights = bench.lab.project().quality, bench.folder / "weights.yaml"
    assert gate(bench, {"grade": "C", "grading": kind})["passed"] is True
    weights.write_text(yaml.safe_dump(kind), encoding="utf-8")
    found = quality.check("a.jsonl", checks=CHECKS, weights=weights)
    assert (found.grade, found.score) == ("C", (0.5 + 3 * 0.75) / 4)
    assert gate(bench, {"grade": "C"}, weights=weights)["passed"] is True
    weights.write_text("parts:\n  pii: {weight: -1}\nborders: {A: 0.2}\n", encoding="utf-8")
    with pytest.raises(Invalid, match="The file of weights has 2 problems") as error:
        quality.check("a.jsonl", checks=CHECKS, weights=weights)
    assert [problem.line for problem in error.value.problems] == [2, 3] or [problem.line for problem in error.value.problems] == [3, 2]


def test_a_file_that_is_wrong_says_where(bench: Bench) -> None:
    wrong = (
        "grade: G\nflags:\n  pii: 3 rows\nrules:\n  - {name: a, expect: length(}\n  - {name: b, lacks: '('}\n  - {name: a, matches: x, lacks: y}\n"
        "  - {name: c}\n"
    )
    with pytest.raises(Invalid, match="The gate has") as error:
        gate(bench, wrong)
    assert {problem.line for problem in error.value.problems} == {1, 7, 8}
    with pytest.raises(Invalid, match="The gate has 4 problems") as error:
        gate(bench, wrong.replace("grade: G", "grade: A").replace("matches: x, lacks: y", "matches: x").replace("{name: c}", "{name: d, lacks: d}"))
    assert [problem.line for problem in error.value.problems] == [3, 5, 6, 7]
    assert "3 rows" in error.value.problems[0].what and "(1%)" in error.value.problems[0].fix
    with pytest.raises(Invalid, match="The gate has a problem"):
        gate(bench, "")
    with pytest.raises(NotFound, match="cannot be opened"):
        bench.lab.project().quality.check("a.jsonl", checks=CHECKS, gate="nowhere.yaml")
    assert not bench.runs.list()  # nothing was checked
