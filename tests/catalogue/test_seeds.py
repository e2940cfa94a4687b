"""What defines the recipes that begin with rows or seeds: shares that are met and measured, columns as asked for, tables of attributes, gaps."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from case import Voice
from running import Bench
from scripted import attribute_prompting, gap_filling, seed_expansion
from scripted.columns import NOTES

from catalogue import carried_out, case_of, laid_out, settings
from rowsmith.app.planned import planned
from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.steps.topic_coverage import Asked, topic_coverage
from rowsmith.testing import Request

# -- seed-expansion -------------------------------------------------------------------------------------------------------------------------


def topics(rows: list[Row]) -> Counter[str]:
    """How many rows are about each topic of the script."""
    return Counter(row.data["input"].split()[0] for row in rows)


def written(request: Request) -> bool:
    """Whether a row is to be written."""
    return bool(request.schema) and "input" in request.schema["properties"]


def test_rows_have_the_shares_of_skewed_seeds_and_the_divergence_is_nought(tmp_path: Path) -> None:
    _, rows = carried_out("seed-expansion", tmp_path, target="40", count="40")
    assert topics(rows) == {"bread": 24, "bicycle": 12, "orchid": 4}  # 12, 6 and 2 of 20 seeds
    found = planned(rows)
    assert found is not None and (found.rows, found.divergence, found.filled) == (40, 0.0, 1.0)
    assert [(one.asked, one.got) for one in found.places] == [(24, 24), (12, 12), (4, 4)]


def test_a_model_that_writes_of_one_topic_alone_diverges_by_what_the_others_lack(tmp_path: Path) -> None:
    def stubborn(request: Request) -> Any:
        """Bread, whatever is asked."""
        own = seed_expansion.row("bread", str(request.chance))
        first = " ".join(own["input"].split()[:5])
        return {"input": f"{first} {Voice(request.chance).words(3)}?", "answer": own["answer"]} if written(request) else None

    _, rows = carried_out("seed-expansion", tmp_path, answers=stubborn, strict="false")
    assert topics(rows) == {"bread": 20}
    found = planned(rows)
    assert found is not None and found.divergence == 0.4 and found.filled == 0.6  # half of |0.6 - 1| + |0.3 - 0| + |0.1 - 0|
    assert [(one.asked, one.got) for one in found.places] == [(12, 20), (6, 0), (2, 0)]
    result, rows = carried_out("seed-expansion", tmp_path / "strict", answers=stubborn, kept=20)
    assert result.dropped["other_cluster"] >= 8 and topics(rows) == {"bread": 20}  # the target goes before the shares, and the divergence says so


def test_what_is_dropped_is_asked_for_again_in_the_cluster_that_lacks_it(tmp_path: Path) -> None:
    weak: list[str] = []

    def judge(request: Request) -> Any:
        """The first three rows about orchids are weak."""
        if not (request.schema and "naturalness" in request.schema["properties"]):
            return None
        score = 10
        if "orchid" in request.text and len(weak) < 3:
            weak.append(request.text)
            score = 2
        return {name: {"reason": "so", "score": score} for name in request.schema["properties"]}

    _, rows = carried_out("seed-expansion", tmp_path, answers=judge)
    assert len(weak) == 3 and topics(rows) == {"bread": 12, "bicycle": 6, "orchid": 2}


def test_copies_of_seeds_and_of_other_rows_are_dropped_and_examples_are_of_the_cluster(tmp_path: Path) -> None:
    asked: list[Request] = []

    def copies(request: Request) -> Any:
        """A seed, word for word, where bicycles are asked for."""
        return seed_expansion.SEEDS[12] if written(request) and seed_expansion.asked(request) == "bicycle" else None

    result, rows = carried_out("seed-expansion", tmp_path, answers=copies, asked=asked, target="14", kept=14)
    assert result.dropped["near_seed"] >= 4 and "bicycle" not in topics(rows)
    shown = [{line.split()[1] for line in request.text.splitlines() if line.startswith("Question: ")} for request in asked if written(request)]
    assert set().union(*shown) == {"bread", "bicycle", "orchid"} and all(len(topics) == 1 for topics in shown)
    same = {"input": "bread flour oven dough crust meadow willow reed?", "answer": seed_expansion.SEEDS[0]["answer"]}
    twins, _ = carried_out("seed-expansion", tmp_path / "same", answers=lambda one: same if written(one) else None, strict="false", kept=1)
    assert twins.dropped["near_duplicate"] >= 10


def test_every_parameter_of_the_expansion_reaches_the_writer_or_the_gates(tmp_path: Path) -> None:
    asked: list[Request] = []
    carried_out("seed-expansion", tmp_path, asked=asked, shots="1", language="Welsh", persona="a night porter", target="4")
    writing = [request.text for request in asked if written(request)]
    assert all(text.count("Question: ") == 1 and "in Welsh" in text and "a night porter" in text for text in writing)
    outside, _ = carried_out("seed-expansion", tmp_path / "far", near="0.999", target="2", kept=0)
    assert outside.dropped["other_cluster"] > 0
    near, _ = carried_out("seed-expansion", tmp_path / "closest", closest="0.05", target="2", kept=0)
    assert near.dropped["near_seed"] > 0


# -- columns --------------------------------------------------------------------------------------------------------------------------------


def test_columns_are_filled_forwarded_and_nothing_else_is_seen(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out(
        "columns", tmp_path, asked=asked, input_columns="[text, page]", forward_columns="[id]",
        output_columns="{mood: {enum: [calm, loud]}, year: integer}",
        prompt="Mood and year of page {{ page }}: {{ text }}", system="You date rooms.", temperature="0.1",
    )  # fmt: skip
    assert {frozenset(row.data) for row in rows} == {frozenset({"id", "mood", "year", "language"})}
    assert {row.data["mood"] for row in rows} <= {"calm", "loud"} and sorted(row.data["id"] for row in rows) == [note["id"] for note in NOTES]
    assert all(request.data["messages"][0]["content"] == "You date rooms." and request.data["temperature"] == 0.1 for request in asked)
    assert any("Mood and year of page 3: The ladder of hall 3" in request.text for request in asked)


def test_rows_are_skipped_and_sampled_and_each_is_asked_for_in_each_language(tmp_path: Path) -> None:
    result, rows = carried_out("columns", tmp_path, forward_columns="[text, page]", skip="page > 5", target="5")
    assert result.dropped == {} or set(result.dropped) <= {"skipped", "over_target"}
    assert all(row.data["page"] <= 5 for row in rows)
    asked: list[Request] = []
    result, rows = carried_out("columns", tmp_path / "some", sample_count="3", languages="[de, fr]", each="2", asked=asked, target="12")
    assert result.dropped["not_sampled"] == 5 and Counter(row.data["language"] for row in rows) == {"de": 6, "fr": 6}
    assert {"German" in request.text for request in asked} == {True, False} and len(asked) == 6
    _, others = carried_out("columns", tmp_path / "others", sample_count="3", seed="7", target="3")
    assert {row.data["text"] for row in others} != {row.data["text"] for row in rows}


def test_a_column_that_is_not_used_or_not_there_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="'page' is listed in `columns`, but no prompt uses it"):
        carried_out("columns", tmp_path, input_columns="[text, page]")
    with pytest.raises(Invalid, match="which `columns` does not list"):
        carried_out("columns", tmp_path, prompt="Say more of {{ page }}. {{ text }}")
    with pytest.raises(Invalid):
        carried_out("columns", tmp_path, output_columns="{summary: strnig}")


# -- attribute-prompting --------------------------------------------------------------------------------------------------------------------


def test_a_value_that_fits_another_class_better_is_dropped(tmp_path: Path) -> None:
    def judge(request: Request) -> Any:
        """What names swifts is taken for a complaint."""
        return {"reason": "so", "label": "complaint"} if request.model == "judge" and "swifts" in request.text else None

    result, rows = carried_out("attribute-table", tmp_path, answers=judge, target="48", kept=48)
    assert result.dropped["fits_another_class"] >= 6 and not [row for row in rows if "swifts" in row.data["value"]]
    assert {row.data["by"] for row in rows} == {"", "label"}
    assert all((row.data["when"] in attribute_prompting.CODES) == (row.data["by"] == "label") for row in rows)
    assert Counter(row.data["attribute"] for row in rows if not row.data["by"]) == {f"shared_{n}": 6 for n in range(4)}


def test_the_table_that_is_written_is_edited_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = case_of("attribute-table"), case_of("attribute-prompting")
    laid_out(second, tmp_path)
    asked: list[Request] = []

    def reply(request: Request) -> Any:
        asked.append(request)
        fields = request.schema["properties"] if request.schema else {}
        return (second if "text" in fields or ("Which of the labels" in request.text and "Falcons" in request.text) else first).reply(request)

    monkeypatch.chdir(tmp_path)
    with Bench(tmp_path, reply) as bench:
        project = bench.lab.project("default")
        project.runs.start("attribute-table", sets=settings("attribute-table", first, bench.server.url), target=60)
        project.datasets.export("attribute-table", "csv", tmp_path / "mine.csv", provenance="none")
        text = (tmp_path / "mine.csv").read_text(encoding="utf-8")
        assert next(csv.reader(text.splitlines())) == ["attribute", "by", "value", "when"]
        (tmp_path / "mine.csv").write_text(f"{text.rstrip()}\nweather,,under hail,\n", encoding="utf-8")  # a line of one's own
        asked.clear()
        sets = {**settings("attribute-prompting", second, bench.server.url), "table": "mine.csv"}
        project.runs.start("attribute-prompting", sets=sets, target=3)
    writing = [request.text for request in asked if "Write one text" in request.text]
    assert writing and all("- weather: under hail" in text for text in writing)


def test_each_text_has_one_value_of_each_attribute_those_of_its_class_and_a_label_that_is_found_blind(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("attribute-prompting", tmp_path, asked=asked)
    for row in rows:
        assert set(row.data["attributes"]) == {"style", "place", "subtopic", "label", "written_in", "written_in_name"}
    fitting = {(when, value) for attribute, value, _, when in csv.reader(attribute_prompting.TABLE.splitlines()[1:]) if when}
    assert {(row.data["label"], row.data["attributes"]["subtopic"]) for row in rows} <= fitting
    assert min(Counter(row.data["label"] for row in rows).values()) >= 3
    writing = [request.text for request in asked if "Write one text" in request.text]
    assert all(text.count("- style: ") == text.count("- place: ") == text.count("- subtopic: ") == 1 and "- label" not in text for text in writing)
    assert all("class \"" not in request.text and "subtopic" not in request.text for request in asked if request.model == "judge")

    def blind(request: Request) -> Any:
        return {"reason": "so", "label": "question"} if request.model == "judge" else None

    result, rows = carried_out("attribute-prompting", tmp_path / "blind", answers=blind, kept=None, target="4", count="12")
    assert result.dropped["label_not_seen"] > 0 and {row.data["label"] for row in rows} == {"question"}


# -- gap-filling ----------------------------------------------------------------------------------------------------------------------------

ASKED = Asked("topics", {"": [("Delivery", "Parcels"), ("Delivery", "Couriers"), ("Returns", "Refunds"), ("Returns", "Exchanges")]})


def score(rows: list[dict[str, Any]]) -> tuple[Any, Any]:
    """How far topics are covered, and rows by topic."""
    found: Any = topic_coverage(lambda: [Row("", b"", row) for row in rows], ASKED)
    return found["score"], {one["topic"].split()[-1]: one["rows"] for one in found["topics"]}


def test_gaps_are_filled_and_coverage_before_and_after_says_so(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("gap-filling", tmp_path, asked=asked)
    assert Counter(row.data["topic"] for row in rows) == {"Exchanges": 4, "Refunds": 3} and result.requested == 7
    assert score(gap_filling.ROWS) == (0.6667, {"Parcels": 9, "Couriers": 8, "Refunds": 1, "Exchanges": 0})
    assert score([*gap_filling.ROWS, *(row.data for row in rows)]) == (1.0, {"Parcels": 9, "Couriers": 8, "Refunds": 4, "Exchanges": 4})
    found = planned(rows)
    assert found is not None and found.filled == 1.0
    assert [(one.name, one.before, one.asked, one.got) for one in found.places] == [
        ("Returns > Exchanges", 0, 4, 4), ("Returns > Refunds", 1, 3, 3),
    ]  # fmt: skip
    there = [request.text for request in asked if "on this: Returns > Refunds" in request.text]
    assert there and all("- What of refunds" in text for text in there)


def test_a_row_that_is_beside_its_topic_is_asked_for_again_until_the_gap_is_filled(tmp_path: Path) -> None:
    refused: list[str] = []

    def judge(request: Request) -> Any:
        """Of what is about exchanges, every second one is beside its topic."""
        if not (request.schema and "holds" in request.schema["properties"] and "exchanges" in request.text):
            return None
        refused.append(request.text)
        return {"reason": "so", "holds": len(refused) % 2 == 0}

    _, rows = carried_out("gap-filling", tmp_path, answers=judge, tries="8")
    assert len(refused) >= 8 and Counter(row.data["topic"] for row in rows) == {"Exchanges": 4, "Refunds": 3}


def test_where_no_topic_lacks_a_row_it_is_told(tmp_path: Path) -> None:
    tmp_path.joinpath("has.txt").write_text("Parcels\nCouriers\nRefunds\n", encoding="utf-8")
    with pytest.raises(Invalid, match="no gaps to fill"):
        carried_out("gap-filling", tmp_path, enough="1", topics="has.txt")


def test_a_brief_is_filled_attribute_by_attribute(tmp_path: Path) -> None:
    tmp_path.joinpath("brief.yaml").write_text("name: shop\nattributes:\n  matter: [parcels, couriers, refunds, exchanges]\n", encoding="utf-8")
    asked: list[Request] = []
    carried_out("gap-filling", tmp_path, topics="brief.yaml", enough="2", target="3", asked=asked)
    assert Counter(request.text.split("on this: ")[1].split(".")[0] for request in asked if "on this: " in request.text) == {
        "matter > exchanges": 2, "matter > refunds": 1,
    }  # fmt: skip
