"""Quality: what checks find in datasets and files, by which rows are known, the grade, comparing, and gates."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checked import CHECKS, PAIRS, alpaca, lines, openai, sharegpt, trusted
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from running import Bench, called

from rowsmith.app.conversion import convert
from rowsmith.app.quality_checks import CHECKS as KNOWN
from rowsmith.app.quality_checks import OF_ALL, Chosen, Means
from rowsmith.app.quality_run import NotDone, Watched
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.engine.terms import Progress, Stopping


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    trusted(tmp_path)
    with Bench(tmp_path) as made:
        yield made


def told(bench: Bench, spoken: str | Path, **options: Any) -> dict[str, Any]:
    """What the checks of the plug-in find."""
    found: dict[str, Any] = bench.lab.project().quality.check(spoken, **{"checks": CHECKS, **options}).dump()
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_file_is_checked_and_its_rows_are_known_by_their_lines(bench: Bench) -> None:
    path = lines(bench.folder / "a.jsonl", alpaca(), "{broken\n")
    found = told(bench, path)
    assert (found["dataset"], found["version"], found["rows"], found["unread"]) == (str(path), None, 8, {"broken_record": 1})
    assert found["checks"] == list(CHECKS)
    assert [(one["row"], one["check"], one["reason"], one["path"], one["span"]) for one in found["flags"]] == [
        (2, "acme.swearing", "answer", "answer", [13, 17]),
        (4, "acme.swearing", "answer", "answer", [13, 17]), (4, "acme.twins", "twin", "", None),
        (6, "acme.swearing", "question", "input", [0, 4]), (6, "acme.swearing", "answer", "answer", [6, 10]),
        (7, "acme.swearing", "answer", "answer", [13, 17]), (7, "acme.twins", "twin", "", None),
    ]  # fmt: skip
    assert found["counts"] == {"acme.swearing": {"answer": 4, "question": 1}, "acme.twins": {"twin": 2}}
    assert [(one["name"], one["flagged"], one["rows"], one["score"]) for one in found["parts"]] == [
        ("acme.swearing", 4, 8, 0.0), ("acme.twins", 2, 8, 0.0),
    ]  # fmt: skip
    assert found["clusters"] == [{"check": "acme.twins", "size": 3, "rows": [2, 4, 7], "text": "Who wrote Emma?\nJane Austen, damn it."}]
    assert found["measures"]["swearing"] == {
        "count": 8, "mean": 0.625, "low": 0.0, "high": 2.0,
        "bins": [{"from": 0.0, "to": 1.0, "count": 4}, {"from": 1.0, "to": 2.0, "count": 3}, {"from": 2.0, "to": 3.0, "count": 1}],
    }  # fmt: skip
    assert found["lengths"]["question"]["count"] == 8 and found["lengths"]["answer"]["high"] == 11
    assert found["sources"] == [{"name": "a.jsonl", "rows": 8}]
    assert "1 row could not be read or checked" in found["notes"][0]
    assert not bench.lab.project().datasets.list()  # nothing is committed
    again = told(bench, path)
    assert again == found and again["run"] == found["run"]  # the same command is the same run


def test_the_two_sides_of_preferences_are_measured_and_told(bench: Bench) -> None:
    pairs = [{"input": "Why?", "chosen": "One two three four.", "rejected": [{"role": "assistant", "content": "One two."}]} for _ in range(3)]
    path = lines(bench.folder / "pairs.jsonl", [*pairs, {"input": "Who?", "chosen": "One two.", "rejected": "One two three."}])
    found = told(bench, path)["lengths"]
    assert (found["chosen"]["mean"], found["rejected"]["mean"], found["chosen"]["count"]) == (3.5, 2.25, 4)
    home = ["--home", str(bench.folder / "home")]
    said = called(["quality", str(path), "--checks", CHECKS[0], *home], {}, bench.folder).stdout
    assert "chosen answers have 3.5 words on average, rejected ones 2.2: 1.56 times as long" in said
    bench.run({"kind": "read.rows", "rows": [{"input": "Why?", "chosen": "one two", "rejected": "one two three four"}]})
    said = called(["show", "t", *home], {}, bench.folder).stdout
    assert "chosen answers have 2.0 tokens on average, rejected ones 4.0: 0.50 times as long" in said


def test_a_dataset_is_checked_and_its_rows_are_known_by_their_ids(bench: Bench) -> None:
    project = bench.lab.project()
    made = bench.run({"kind": "read.rows", "rows": [{"input": one, "answer": other} for one, other in PAIRS]}, {"kind": "acme.swearing"})
    found = told(bench, "t")
    rows = list(project.datasets.rows("t"))
    assert [one["row"] for one in found["flags"] if one["check"] == "acme.twins"] == [rows[3].id, rows[6].id]
    assert found["version"] == made.version
    assert sum(one["check"] == "acme.swearing" for one in found["flags"]) == 5  # the flags that rows brought are not counted again
    assert [(one["step"], one["made"], one["kept"]) for one in found["funnel"]] == [("read.rows", 8, 8), ("acme.swearing", 0, 8)]
    assert found["cost_per_row_usd"] == 0
    assert told(bench, f"t@{made.version[:8]}")["flags"] == found["flags"]
    assert len(project.datasets.versions("t")) == 1


def test_a_check_by_a_step_of_one_that_asks_settings(bench: Bench) -> None:
    path = lines(bench.folder / "a.jsonl", alpaca())
    found = told(bench, path, checks=["acme.swearing"], means=Means(settings={"acme.swearing": {"word": "Emma", "into": "emma"}}))
    assert found["counts"] == {"acme.swearing": {"question": 3}} and found["measures"]["emma"]["mean"] == 3 / 8
    with pytest.raises(Invalid, match=r"acme\.twins is not carried out"):
        told(bench, path, checks=["acme.swearing"], means=Means(settings={"acme.twins": {"x": 1}}))


def test_a_dataset_with_the_name_of_a_file_is_the_dataset_and_a_path_the_file(bench: Bench) -> None:
    bench.run({"kind": "read.rows", "rows": [{"text": "damn"}]}, top={"into": "a.jsonl"})
    lines(bench.folder / "a.jsonl", alpaca())
    assert (found := told(bench, "a.jsonl"))["rows"] == 1 and "Write ./a.jsonl for the file" in found["notes"][0]
    assert told(bench, "./a.jsonl")["rows"] == 8
    with pytest.raises(NotFound, match=r"no dataset and no file 'a\.json'"):
        told(bench, "a.json")
    with pytest.raises(Invalid, match="is a folder"):
        told(bench, bench.folder)
    with pytest.raises(Invalid, match="names the format of a file"):
        told(bench, "a.jsonl", format="alpaca")


def test_records_that_cannot_be_read_are_malformed(bench: Bench) -> None:
    path = lines(bench.folder / "a.jsonl", alpaca(), "{broken\n" * 8)
    found = told(bench, path, checks=["form", "duplicates"])
    form = next(one for one in found["parts"] if one["name"] == "form")
    assert (form["flagged"], form["rows"], form["score"]) == (8, 16, 0.0) and found["grade"] == "F"
    assert found["counts"]["form"] == {"broken_record": 8} and found["rows"] == 8
    assert "8 rows could not be read or checked, and form counts them as malformed" in found["notes"][0]
    told_ = told(bench, path, checks=["duplicates"])
    assert "and no figure holds them" in told_["notes"][0]


def test_rows_that_no_check_is_for_are_no_part_of_its_share(bench: Bench) -> None:
    rows = [{"text": "a", "label": "x"}, {"text": "b"}, {"text": "unreadable"}]
    found = told(bench, lines(bench.folder / "a.jsonl", rows), checks=["acme.labelled", "acme.broken"])
    assert [(one["name"], one["rows"]) for one in found["parts"]] == [("acme.labelled", 1), ("acme.broken", 2)]
    assert found["unread"] == {"unreadable": 1} and found["rows"] == 2
    with pytest.raises(Invalid, match="Nothing was measured"):
        told(bench, lines(bench.folder / "b.jsonl", [{"text": "a"}]), checks=["acme.labelled"])
    with pytest.raises(Invalid, match=r"No row of .* could be read and checked: unreadable 1"):
        told(bench, lines(bench.folder / "c.jsonl", [{"text": "unreadable"}]), checks=["acme.broken"])
    left = told(bench, lines(bench.folder / "d.jsonl", [{"text": "a"}]), checks=["acme.labelled", "acme.twins"])
    assert [(one["check"], one["why"]) for one in left["not_measured"]] == [("acme.labelled", "No row has anything that it checks.")]


def test_checks_that_rows_lack_a_column_for_are_left_out(bench: Bench) -> None:
    found = bench.lab.project().quality.check(lines(bench.folder / "a.jsonl", [{"text": "Tea is a drink."}] * 3))
    assert (found.rows, found.unread) == (3, {}) and "injection" in found.checks
    assert {one.check for one in found.not_measured} >= {"semantic-duplicates", "contamination", "bias", "labels", "grounding"}
    left = Chosen({"grounding": {}, "pii": {}}, (), ()).without({"grounding": 1200}, "a b")
    assert list(left.steps) == ["pii"]
    assert [(one.check, one.why, one.fix) for one in left.left] == [
        ("grounding", "1,200 rows lack a column that it needs.", "rowsmith quality 'a b' --checks grounding --set grounding.column=NAME")
    ]


def test_meanings_are_compared_behind_a_step_that_embeds(bench: Bench) -> None:
    said = ("How do I reset my password?", "How do I reset my passwords?", "What is tea made of, and where?")
    path = lines(bench.folder / "a.jsonl", [{"input": one, "answer": "See the page."} for one in said])
    asked: dict[str, Any] = {"means": Means(embedder="builtin/hashing", settings={"semantic-duplicates": {"similarity": 0.5, "verify": False}})}
    found = told(bench, path, checks=["pii", "semantic-duplicates", "duplicates"], **asked)
    assert found["checks"] == ["duplicates", "semantic-duplicates", "pii"]
    assert [(one["row"], one["check"]) for one in found["flags"]] == [(2, "semantic-duplicates")]
    assert [(one["check"], one["size"], one["rows"]) for one in found["clusters"]] == [("semantic-duplicates", 2, [1, 2])]
    both = told(bench, path, checks=["diversity", "semantic-duplicates"], **asked)
    assert {"meanings", "spread"} <= {*both["diversity"]["figures"]} and "diversity" not in {one["check"] for one in both["not_measured"]}
    words = told(bench, path, checks=["diversity"])
    assert "meanings" not in words["diversity"]["figures"]
    assert "rowsmith quality --embedder" in next(one["fix"] for one in words["not_measured"] if one["check"] == "diversity")
    with pytest.raises(Invalid, match="--embedder changes nothing"):
        told(bench, path, checks=["pii"], means=Means(embedder="builtin/hashing"))


def test_labels_by_what_they_likely_are(bench: Bench) -> None:
    words = {"tea": "leaf cup kettle steep green brew", "sea": "wave boat salt tide sail shore"}
    rows = [{"text": f"the {' '.join(words[name].split()[n % 3 : n % 3 + 4])} {n}", "label": name} for n in range(40) for name in words]
    rows[4]["label"], rows[6]["label"] = "sea", "sea"
    path = lines(bench.folder / "labelled.jsonl", rows)
    found = told(bench, path, checks=["labels"])["labels"]
    assert (found["rows"], found["share"]) == (80, 2 / 80)
    assert found["matrix"][0] == {"given": "sea", "likely": "tea", "rows": 2}
    assert {(one["given"], one["likely"]): one["rows"] for one in found["matrix"][1:]} == {("sea", "sea"): 40, ("tea", "tea"): 38}
    assert told(bench, path, checks=["pii"])["labels"] is None


def test_checks_that_lack_what_they_need_say_so(bench: Bench) -> None:
    path = lines(bench.folder / "a.jsonl", alpaca())
    needs = {"contamination": "--against FILE", "semantic-duplicates": "--embedder provider/name", "bias": "--groups FILE", "topics": "--topics FILE"}
    for name, fix in needs.items():
        with pytest.raises(Invalid, match=f"The check {name} cannot be carried out") as error:
            told(bench, path, checks=[name])
        assert error.value.fix == f"rowsmith quality {path} --checks {name} {fix}"
    with pytest.raises(NotFound, match="No check is called 'pi'") as unknown:
        told(bench, path, checks=["pi"])
    assert "Did you mean 'pii'?" in unknown.value.fix
    with pytest.raises(NotFound, match=r"No step is called 'acme\.nothing'"):
        told(bench, path, checks=["acme.nothing"])
    with pytest.raises(Invalid, match=r"The step filter\.where flags nothing"):
        told(bench, path, checks=["filter.where"])
    with pytest.raises(Invalid, match="--model changes nothing"):
        told(bench, path, means=Means(model="openai/m"))
    with pytest.raises(Invalid, match="--base-url needs a model"):
        told(bench, path, means=Means(base_url="http://127.0.0.1:1"))
    with pytest.raises(Invalid, match="--against FILE changes nothing"):
        told(bench, path, against=path)
    with pytest.raises(Invalid, match="no dataset and no file"):
        told(bench, path, against="nowhere")
    assert set(OF_ALL) < set(KNOWN)
    assert ",".join(KNOWN) == (
        "duplicates,near-duplicates,semantic-duplicates,contamination,grounding,toxicity,pii,bias,form,labels,language,injection,diversity,topics"
    )


def test_another_dataset_stands_beside_it(bench: Bench) -> None:
    bench.run({"kind": "read.rows", "rows": [{"input": one, "answer": other} for one, other in PAIRS]})
    other = bench.run({"kind": "read.rows", "rows": [{"input": one, "answer": other} for one, other in PAIRS[:3]]}, top={"into": "u", "name": "u"})
    found = told(bench, "u", against="t")
    assert (found["against"]["name"], found["against"]["rows"], found["against"]["grade"], found["against"]["score"]) == ("t", 8, "F", 0.0)
    assert [(part["name"], part["flagged"]) for part in found["against"]["parts"]] == [("acme.swearing", 4), ("acme.twins", 2)]
    assert (found["version"], found["rows"]) == (other.version, 3)
    assert told(bench, "t", against=f"t@{found['against']['version']}")["against"]["score"] == 0.0


def test_a_run_that_is_stopped_goes_on(bench: Bench) -> None:
    path = lines(bench.folder / "many.jsonl", alpaca([(f"What is {n}?", f"It is {n}.") for n in range(3000)]))
    stopping = Stopping()

    def look(progress: Progress) -> None:
        if progress.tally.requested > 100:
            stopping.stop()

    with pytest.raises(NotDone, match="is stopped") as stopped:
        told(bench, path, watched=Watched(on_progress=look, stopping=stopping))
    assert stopped.value.result.exit_code == 5 and stopped.value.more["run"] == stopped.value.result.run
    found = told(bench, path)
    assert (found["run"], found["rows"], found["grade"]) == (stopped.value.result.run, 3000, "A")


def test_flags_go_into_a_file_in_the_order_of_the_rows(bench: Bench) -> None:
    quality = bench.lab.project().quality
    found = quality.check(lines(bench.folder / "a.jsonl", alpaca()), checks=CHECKS)
    quality.write(found, flags=bench.folder / "flags.jsonl")
    written = [json.loads(line) for line in (bench.folder / "flags.jsonl").read_text().splitlines()]
    assert written == found.dump()["flags"] and found.dump(flags=False)["flags"] == []
    told = bench.lab.project().provenance.forget("a.jsonl", dry_run=True)
    assert [copy["where"] for copy in told.unreachable if copy["kind"] == "export"] == [str(bench.folder / "flags.jsonl")]


def _scores(found: dict[str, Any]) -> Any:
    """All that no shape, order or name may change."""
    parts = [(one["name"], one["score"], one["grade"], one["flagged"], one["rows"]) for one in found["parts"]]
    sizes = sorted((one["check"], one["size"]) for one in found["clusters"])
    return parts, found["score"], found["grade"], found["counts"], found["measures"], found["lengths"], sizes, found["rows"]


def test_shapes_formats_and_names_of_columns_change_no_score(bench: Bench) -> None:
    folder = bench.folder
    wanted = _scores(told(bench, lines(folder / "a.jsonl", alpaca())))
    assert _scores(told(bench, lines(folder / "sharegpt.jsonl", sharegpt()))) == wanted
    assert _scores(told(bench, lines(folder / "openai.jsonl", openai()))) == wanted
    renamed = [{"question": one["instruction"], "response": one["output"]} for one in alpaca()]
    assert _scores(told(bench, lines(folder / "renamed.jsonl", renamed))) == wanted
    with (folder / "a.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("prompt", "completion"), *PAIRS])
    assert _scores(told(bench, folder / "a.csv")) == wanted
    convert(folder / "a.jsonl", folder / "a.parquet", "alpaca")
    found = told(bench, folder / "a.parquet")
    assert _scores(found) == wanted and {one["row"] for one in found["flags"]} == {2, 4, 6, 7}


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(PAIRS))), shape=st.sampled_from([alpaca, sharegpt, openai]))
def test_the_order_of_the_rows_changes_no_score(bench: Bench, order: list[int], shape: Any) -> None:
    wanted = _scores(told(bench, lines(bench.folder / "a.jsonl", alpaca())))
    found = told(bench, lines(bench.folder / "b.jsonl", shape([PAIRS[at] for at in order])))
    assert _scores(found) == wanted
    assert {PAIRS[order[one["row"] - 1]] for one in found["flags"] if one["check"] == "acme.swearing"} == {PAIRS[at] for at in (1, 3, 5, 6)}
