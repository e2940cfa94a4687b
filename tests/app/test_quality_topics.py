"""Topics that were asked for, as `rowsmith quality --topics` takes them, in a gate, and the recipe that fills the gaps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checked import alpaca, lines
from running import Bench

from rowsmith.app.quality_checks import Means
from rowsmith.app.quality_topics import asked
from rowsmith.assist.brief import Brief
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.testing import Request

ROWS = [("Where does tea grow?", "In Assam."), ("Is tea a fruit?", "No."), ("How is tea made?", "By hand."), ("Who drinks cocoa?", "Children."),
        ("What is a tide?", "The sea that rises.")]  # fmt: skip
TOPICS = "Drinks\n  Tea\n  Cocoa\nBread\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / "a.jsonl", alpaca(ROWS))
    (tmp_path / "topics.txt").write_text(TOPICS, encoding="utf-8")
    with Bench(tmp_path) as made:
        yield made


def checked(bench: Bench, topics: str = "topics.txt", **more: Any) -> Any:
    means = Means(topics=topics, **more.pop("means", {}))
    return bench.lab.project().quality.check("a.jsonl", **{"checks": ["topics"], **more}, means=means)


def test_topics_are_taken_from_files_trees_briefs_datasets_and_talks(bench: Bench) -> None:
    def paths(spoken: str) -> list[str]:
        return [" > ".join(path) for path in asked(bench.lab, "default", spoken).paths]

    assert paths("topics.txt") == ["Drinks > Tea", "Drinks > Cocoa", "Bread"]
    (bench.folder / "tree.yaml").write_text("{Drinks: [Tea, Cocoa], Bread: []}", encoding="utf-8")
    assert paths("tree.yaml") == paths("topics.txt")
    (bench.folder / "brief.yaml").write_text("{attributes: {drink: [tea, cocoa]}, edge_cases: [no drink at all]}", encoding="utf-8")
    assert paths("brief.yaml") == ["drink > tea", "drink > cocoa", "edge cases > no drink at all"]
    bench.run({"kind": "read.topics", "paths": ["topics.txt"]}, top={"into": "tree"})
    assert paths("tree") == paths("topics.txt")
    bench.lab.project().guides.begin("talk", brief=Brief(attributes={"drink": ["tea", "cocoa"]}))
    assert paths("talk") == ["drink > tea", "drink > cocoa"]
    bench.run({"kind": "read.rows", "rows": [{"text": "x"}]}, top={"into": "flat"})
    (bench.folder / "empty.txt").write_text("\n", encoding="utf-8")
    wrong = (("nothing", NotFound, "no file, no dataset"), ("flat", Invalid, "column path or topic"), ("empty.txt", Invalid, "no topic"))
    for spoken, error, said in wrong:
        with pytest.raises(error, match=said):
            paths(spoken)


def test_topics_are_a_part_of_the_grade_with_examples_by_line(bench: Bench) -> None:
    found = checked(bench)
    (part,) = found.parts
    assert (part.name, part.rows, part.score) == ("topics", 5, round(2 / 3, 4)) and "1 of 3 topics is missing: Bread" in part.what
    assert [(one["topic"], one["state"], [example["row"] for example in one["examples"]]) for one in found.topics["topics"]] == [
        ("Drinks > Tea", "covered", [1, 2, 3]), ("Drinks > Cocoa", "covered", [4]), ("Bread", "missing", []),
    ]  # fmt: skip
    assert found.topics["none"]["examples"] == [{"row": 5, "text": "What is a tide? The sea that rises."}]
    (advice,) = found.recommendations
    assert advice.command == "rowsmith quality a.jsonl --topics topics.txt --gaps gaps.yaml" and advice.rows == 1
    assert json.loads(json.dumps(found.dump()))["topics"]["by"] == "words"
    left = bench.lab.project().quality.check("a.jsonl", checks=None)
    assert [one.fix for one in left.not_measured if one.check == "topics"] == ["rowsmith quality a.jsonl --checks topics --topics FILE"]
    with pytest.raises(Invalid, match="topics is not carried out"):
        checked(bench, checks=["form"])


def test_with_an_embedder_topics_go_by_meanings(bench: Bench) -> None:
    found = checked(bench, means={"embedder": "builtin/hashing"})
    assert found.topics["by"] == "meanings" and found.topics["topics"][0]["rows"] == 3
    assert "meanings" in bench.lab.project().quality.check(
        "a.jsonl", checks=["topics", "diversity"], means=Means(topics="topics.txt", embedder="builtin/hashing")
    ).diversity["figures"]


def test_another_dataset_beside_it_is_held_against_the_same_topics(bench: Bench) -> None:
    bench.run({"kind": "read.rows", "rows": [{"text": "Bread is baked."}]}, top={"into": "other"})
    other = checked(bench, against="other").against
    assert other is not None and [(part.name, part.score) for part in other.parts] == [("topics", round(1 / 3, 4))]


def test_a_gate_asks_for_topics(bench: Bench) -> None:
    for least, passes in ((0.6, True), (0.7, False)):
        (bench.folder / "gate.yaml").write_text(f"topics: {{at_least: {least}}}", encoding="utf-8")
        gate = checked(bench, gate="gate.yaml").gate
        assert gate["passed"] is passes and gate["rules"][-1]["found"] == "0.6667"
    unmeasured = bench.lab.project().quality.check("a.jsonl", checks=["form"], gate="gate.yaml").gate
    assert unmeasured is not None and not unmeasured["passed"] and "not measured" in unmeasured["rules"][-1]["found"]


def test_the_recipe_for_the_gaps_makes_the_rows_that_lack(bench: Bench) -> None:
    rows = [(f"Tea {n}?", f"Leaf {n * 7}.") for n in range(27)]
    lines(bench.folder / "a.jsonl", alpaca(rows))
    quality = bench.lab.project().quality
    found = checked(bench)
    quality.write(found, gaps="gaps.yaml")
    text = (bench.folder / "gaps.yaml").read_text(encoding="utf-8")
    assert "rowsmith run gaps.yaml --set model=provider/name" in text

    def reply(request: Request) -> Any:
        topic, number = ("cocoa" if "Cocoa" in request.text else "bread"), request.text.split("number ")[1].split(" ")[0]
        words = " ".join(f"{topic}{number}{letter}" for letter in "abcdefgh")
        return {"input": f"{topic}: {words}?", "answer": f"{words} {topic}"}

    bench._reply = reply
    done = bench.runs.start("gaps.yaml", sets={"model": "openai/m", "base_url": bench.server.url})
    assert (done.kept, done.dataset) == (6, "a-gaps")
    filled = quality.check("a-gaps", checks=["topics"], means=Means(topics="topics.txt"))
    assert [one["rows"] for one in filled.topics["topics"]] == [0, 3, 3]  # type: ignore[index]
    lines(bench.folder / "a.jsonl", alpaca([*ROWS[:4], ("Is bread good?", "Yes.")]))
    with pytest.raises(Invalid, match="no gaps to fill"):
        quality.write(checked(bench), gaps="gaps.yaml")
    with pytest.raises(Invalid, match="needs topics"):
        quality.write(quality.check("a.jsonl", checks=["form"]), gaps="gaps.yaml")
