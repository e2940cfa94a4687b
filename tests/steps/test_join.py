from __future__ import annotations

from pathlib import Path
from typing import Any

from set_rows import ListRows
from step_context import StepContext

from rowsmith.core.row import Dropped, Row
from rowsmith.steps.transform.join import Join

PEOPLE = "id,name,country\n7,Ada,UK\n8,Bo,SE\n7,Ada again,FR\n"


def joined(folder: Path, step: Join, *data: dict[str, Any]) -> list[Any]:
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    rows = [Row(f"{n:032x}", bytes(6), one) for n, one in enumerate(data)]
    out = list(step.all(ListRows(rows), ListRows(), StepContext(folder)))  # type: ignore[arg-type]
    assert [one.id for one in out] == [one.id for one in rows]
    return [one.reason if isinstance(one, Dropped) else one.data for one in out]


def of(**settings: Any) -> Join:
    return Join(**{"files": ["people.csv"], "by": "who", "key": "id", **settings})


def test_a_row_is_given_the_columns_of_the_first_with_its_key(tmp_path: Path) -> None:
    ada = {"who": 7, "text": "x", "name": "Ada", "country": "UK"}
    assert joined(tmp_path, of(), {"who": 7, "text": "x"}, {"who": "7", "text": "x"}) == [ada, {**ada, "who": "7"}]
    assert joined(tmp_path, of(columns=["name"], prefix="their_"), {"who": 8}) == [{"who": 8, "their_name": "Bo"}]


def test_who_has_no_match_is_dropped_or_has_nulls(tmp_path: Path) -> None:
    assert joined(tmp_path, of(), {"who": 9}, {"text": "x"}) == ["no_match", "no_match"]
    assert joined(tmp_path, of(missing="null"), {"who": 9}) == [{"who": 9, "name": None, "country": None}]
    assert joined(tmp_path, of(missing="null", into="people"), {"who": 9}) == [{"who": 9, "people": []}]


def test_all_with_the_key_may_stand_in_one_column(tmp_path: Path) -> None:
    assert joined(tmp_path, of(into="people", columns=["country"]), {"who": 7}) == [{"who": 7, "people": [{"country": "UK"}, {"country": "FR"}]}]


def test_a_column_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    assert joined(tmp_path, of(), {"who": 7, "name": "Eve"}) == ["column_taken"]


def test_a_dataset_is_joined_too(tmp_path: Path) -> None:
    step = Join(dataset="qa", by="text")
    assert joined(tmp_path, step, {"text": "qa 1"}, {"text": "qa 9"}) == [{"text": "qa 1"}, "no_match"]
    assert step.datasets == ["qa"]


def test_columns_are_known_where_they_are_named() -> None:
    before = frozenset({"who"})
    assert of(columns=["name"], prefix="a_").columns(before) == {"who", "a_name"}
    assert of(into="people").columns(before) == {"who", "people"}
    assert of().columns(before) is None


def test_settings_that_cannot_work_are_told() -> None:
    assert any("one of them" in problem for problem in Join(by="a").check())
    assert any("one of them" in problem for problem in Join(by="a", dataset="d", files=["f"]).check())
    assert any("`prefix`" in problem for problem in Join(by="a", dataset="d", prefix="p", into="i").check())
    assert Join(by="a", dataset="d").check() == []
