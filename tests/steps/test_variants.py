"""Rows varied by attributes: what is made, what is drawn, and what is told when a table cannot be."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from step_context import StepContext

from rowsmith.content import language_name, languages
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ids import child_id
from rowsmith.core.row import New, Row
from rowsmith.core.step import COLUMN, DATASET
from rowsmith.steps.generate.variants import Variants
from rowsmith.steps.variation import combination, key_of

PROBLEMS = {"by": "product", "values": {"phone": ["battery", "screen"], "laptop": {"fan": 2, "keyboard": 1}}}
SUPPORT = {"tone": {"formal": 3, "plain": 1}, "product": ["phone", "laptop"], "problem": PROBLEMS}


def row(number: int = 0, **data: Any) -> Row:
    return Row(child_id("tests", "row", number), b"\0" * 6, {"task": "ask", **data})


def step(values: dict[str, Any], **more: Any) -> Variants:
    return Variants.model_validate({"values": values, **more})


def made(values: dict[str, Any], on: Row | None = None, folder: Path = Path(), **more: Any) -> list[New]:
    wanted = step(values, **more)
    assert wanted.check() == []
    return list(wanted.rows(on or row(), StepContext(folder, wanted.title)))


def said(values: dict[str, Any], on: Row | None = None, **more: Any) -> list[tuple[Any, ...]]:
    return [tuple(new.origin["variant"].values()) for new in made(values, on, **more)]


# -- every combination -------------------------------------------------------------------------------------------------------------------


def test_every_combination_is_a_row_with_its_values_as_columns_and_in_its_origin() -> None:
    out = made({"tone": ["formal", "plain"], "length": [1, 2]}, row(title="t"))
    assert [new.data for new in out] == [
        {"task": "ask", "title": "t", "tone": tone, "length": length} for tone in ("formal", "plain") for length in (1, 2)
    ]
    assert out[0].origin == {"variant": {"tone": "formal", "length": 1}}


def test_values_of_steps_before_stay_in_the_origin() -> None:
    before = Row("a" * 32, b"", {"tone": "formal"}, {}, {"variant": {"tone": "formal"}, "recipe": "r"})
    (new,) = made({"length": [1]}, before)
    assert new.origin == {"variant": {"tone": "formal", "length": 1}}


def test_combinations_of_what_depends_on_each_other_are_those_that_can_be() -> None:
    values = {"problem": {**PROBLEMS, "values": {"phone": ["battery", "screen"], "laptop": ["fan"]}}, "product": ["phone", "laptop"]}
    assert said(values) == [("battery", "phone"), ("screen", "phone"), ("fan", "laptop")]


def test_an_attribute_may_depend_on_several() -> None:
    by_channel = {"by": "channel", "values": {"chat": ["battery"]}, "else": ["screen", "cable"]}
    problem = {"by": "product", "values": {"phone": by_channel}, "else": ["?"]}
    values = {"product": ["phone", "laptop"], "channel": ["chat", "mail"], "problem": problem}
    assert said(values) == [
        ("phone", "chat", "battery"), ("phone", "mail", "screen"), ("phone", "mail", "cable"), ("laptop", "chat", "?"), ("laptop", "mail", "?"),
    ]  # fmt: skip


def test_an_attribute_may_depend_on_a_column_of_the_row() -> None:
    values = {"mood": {"by": "label", "values": {"good": ["glad"], "bad": ["sad", "cross"]}}}
    assert said(values, row(label="bad")) == [("sad",), ("cross",)]
    assert step(values).marked(COLUMN) == {"values": ["label"]}
    with pytest.raises(RowFailed, match="label is 'odd', and nothing stands for that; it has 'good', 'bad'") as failed:
        made(values, row(label="odd"))
    assert failed.value.reason == "no_value"
    assert said({"mood": {**values["mood"], "else": ["calm"]}}, row(label="odd")) == [("calm",)]


def test_numbers_and_languages() -> None:
    assert said({"n": {"range": [1, 5, 2]}}) == [(1,), (3,), (5,)]
    assert said({"n": {"range": [0, 0.3, 0.1]}}) == [(0.0,), (0.1,), (0.2,), (0.3,)]
    out = made({"language": {"languages": ["de", "pt-BR", "zh-Hant"]}})
    assert [(new.data["language"], new.data["language_name"]) for new in out] == [
        ("de", "German"), ("pt-BR", "Portuguese (Brazil)"), ("zh-Hant", "Chinese (traditional)"),
    ]  # fmt: skip
    wrong = {"values": {"label": {"names": {"refund": "", "other": ""}}}, "how": "draw", "override": [{"label": {"refnud": 1}}]}
    assert "the value 'refnud', which is none of its names. Did you mean 'refund'?" in Variants.model_validate(wrong).check()[0]
    described = {"label": {"names": {"refund": "wants money back", "other": ""}}}
    assert [new.data["label"] for new in made(described)] == ["refund", "other"]
    heavy = Counter(new.data["language_name"] for new in made({"language": {"languages": {"de": 9, "fr": 1}}}, how="draw", count=200))
    assert heavy["German"] > 150 > 50 > heavy["French"] > 0


def test_every_language_that_can_be_told_has_a_name() -> None:
    assert {code: language_name(code) for code in languages()["languages"]}["nb"] == "Norwegian Bokmål"
    assert language_name("sr-latn-rs") == "Serbian (Latin script, Serbia)"
    assert language_name("es-419") == "Spanish (Latin America)"


def test_values_may_be_anything_that_a_row_can_hold() -> None:
    assert said({"who": [{"name": "Ann", "age": 5}, ["x"], 3, True]}) == [({"name": "Ann", "age": 5},), (["x"],), (3,), (True,)]


def test_values_from_a_file_or_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "people.txt").write_text("a nurse\n\n a tailor \na nurse\n", encoding="utf-8")
    (tmp_path / "cities.csv").write_text("city,people\nOslo,7\nRome,28\nNowhere,\n", encoding="utf-8")
    values = {"who": {"file": "people.txt"}, "place": {"file": "cities.csv", "column": "city"}}
    assert said(values, folder=tmp_path)[:3] == [("a nurse", "Oslo"), ("a nurse", "Rome"), ("a nurse", "Nowhere")]
    assert step(values).input_files() == {"values": ["people.txt", "cities.csv"]}
    assert step({"who": {"dataset": "people", "column": "persona"}}).marked(DATASET) == {"values: people": "people"}
    with pytest.raises(Invalid, match=r"Record 3 of 'cities\.csv' has the weight '', which is no number"):
        made({"place": {"file": "cities.csv", "column": "city", "weight": "people"}}, folder=tmp_path, how="draw")
    with pytest.raises(Invalid, match=r"Record 1 of 'cities\.csv' has no 'town'; it has city, people"):
        made({"place": {"file": "cities.csv", "column": "town"}}, folder=tmp_path)
    (tmp_path / "cities.csv").write_text("city,people\nOslo,1\nRome,3\n", encoding="utf-8")
    drawn = Counter(said({"place": {"file": "cities.csv", "column": "city", "weight": "people"}}, folder=tmp_path, how="draw", count=400))
    assert 250 < drawn[("Rome",)] < 350


def test_a_row_of_too_many_combinations_fails() -> None:
    values = {"a": ["x", "y"], "b": {"by": "task", "values": {"ask": [1, 2]}}}
    assert len(made(values, cap=4)) == 4
    with pytest.raises(RowFailed, match="A row has 4 combinations, above the cap of 3") as failed:
        made(values, cap=3)
    assert failed.value.reason == "too_many"


def test_a_column_is_never_replaced() -> None:
    with pytest.raises(Invalid, match="has an attribute 'tone', and there is a column of that name"):
        step({"tone": ["a"]}).columns(frozenset({"tone"}))
    with pytest.raises(RowFailed, match="The row has a column 'tone' already"):
        made({"tone": ["a"]}, row(tone="x"))
    assert step({"tone": ["a"], "l": {"languages": ["de"]}}).columns(frozenset({"t"})) == {"t", "tone", "l", "l_name"}
    assert step({"tone": ["a"]}).columns(None) is None


# -- drawn -------------------------------------------------------------------------------------------------------------------------------


def within(seen: int, of: int, share: float, sigmas: float = 3.3) -> bool:
    """Whether a count lies within the normal bounds of a binomial one (two-sided 99.9 %)."""
    return abs(seen - of * share) <= sigmas * sqrt(of * share * (1 - share))


def chi_square(seen: Counter[Any], shares: dict[Any, float]) -> float:
    of = seen.total()
    assert seen.keys() <= shares.keys()
    return sum((seen[value] - of * share) ** 2 / (of * share) for value, share in shares.items())


@pytest.mark.parametrize("how", ["draw", "even"])
@pytest.mark.parametrize("one_row", [True, False])
def test_weights_and_dependent_values_lie_within_statistical_bounds_over_2000_draws(how: str, one_row: bool) -> None:
    if one_row:
        drawn = said(SUPPORT, how=how, count=2000)
    else:
        drawn = [said(SUPPORT, row(n), how=how, count=1)[0] for n in range(2000)]
    assert len(drawn) == 2000
    tones, products = Counter(tone for tone, _, _ in drawn), Counter(product for _, product, _ in drawn)
    assert within(tones["formal"], 2000, 0.75)
    assert within(products["phone"], 2000, 0.5)
    problems = Counter((product, problem) for _, product, problem in drawn)
    assert within(problems["phone", "screen"], products["phone"], 1 / 2)
    assert within(problems["laptop", "fan"], products["laptop"], 2 / 3)
    assert set(problems) == {("phone", "battery"), ("phone", "screen"), ("laptop", "fan"), ("laptop", "keyboard")}
    shares = {"phone": {"battery": 1 / 2, "screen": 1 / 2}, "laptop": {"fan": 2 / 3, "keyboard": 1 / 3}}
    joint = {
        (tone, product, problem): weight / 2 * share
        for tone, weight in (("formal", 0.75), ("plain", 0.25)) for product, each in shares.items() for problem, share in each.items()
    }  # fmt: skip
    assert chi_square(Counter(drawn), joint) < 24.3  # 7 degrees of freedom, 99.9 %: attributes are independent, too


def test_even_draws_meet_the_weights_as_nearly_as_can_be() -> None:
    values = {"tone": {"a": 5, "b": 3, "c": 2}, "length": ["s", "m", "l"]}
    drawn = said(values, how="even", count=1000)
    for end in (10, 100, 333, 1000):
        tones = Counter(tone for tone, _ in drawn[:end])
        assert all(abs(tones[tone] - end * share) <= 3 for tone, share in (("a", 0.5), ("b", 0.3), ("c", 0.2)))
        lengths = Counter(length for _, length in drawn[:end])
        assert all(abs(lengths[length] - end / 3) <= 6 for length in "sml")


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4))
def test_law_the_draws_of_one_row_are_spread_over_the_values_of_each_attribute(n: int, count: int, values: int) -> None:
    drawn = said({"a": list(range(values)), "b": ["x", "y", "z"], "c": ["p", "q", "r", "s"]}, row(n), how="even", count=count)
    for at, of in enumerate((values, 3, 4)):
        times = sorted(Counter(one[at] for one in drawn).values())
        assert len(times) == min(of, count) and times[-1] - (times[0] if len(times) == of else 0) <= 1


def test_few_draws_of_each_of_many_rows_meet_the_weights_together() -> None:
    """The rarer value is not left out where each row is drawn for once or twice."""
    for count in (1, 2, 3):
        drawn = Counter(one for n in range(2000) for one in said({"tone": {"a": 9, "b": 1}}, row(n), how="even", count=count))
        assert within(drawn[("b",)], 2000 * count, 0.1)


def test_the_values_of_an_attribute_meet_those_of_another_each_as_often() -> None:
    drawn = Counter(said({"a": ["x", "y"], "b": ["p", "q", "r", "s"]}, how="even", count=8))
    assert set(drawn.values()) == {1} and len(drawn) == 8


def test_of_many_attributes_each_is_even_and_none_depends_on_another() -> None:
    values = {f"a{n}": {"x": 60, "y": 25, "z": 15} for n in range(9)}
    drawn = said(values, how="even", count=100)
    for at in range(9):
        seen = Counter(draw[at] for draw in drawn)
        assert all(abs(seen[value] - share) <= 2 for value, share in (("x", 60), ("y", 25), ("z", 15))), (at, seen)
    long = said(values, how="even", count=2000)
    shares = {(one, two): first * second for one, first in (("x", 0.6), ("y", 0.4)) for two, second in (("x", 0.6), ("y", 0.4))}
    for at in range(8):
        pairs = Counter(("x" if draw[at] == "x" else "y", "x" if draw[8] == "x" else "y") for draw in long)
        assert chi_square(pairs, shares) < 16.3  # 3 degrees of freedom, 99.9 %


def test_an_attribute_is_overridden_and_narrowed() -> None:
    narrow = [{"product": ["phone"]}, {"tone": {"angry": 1}, "problem": []}]
    assert set(said(SUPPORT, how="even", count=20, override=narrow)) == {("angry", "phone", "battery"), ("angry", "phone", "screen")}
    assert said(SUPPORT, how="even", count=20, override=[{}]) == said(SUPPORT, how="even", count=20)
    assert "override has 'tune', and there is no attribute of that name. Did you mean 'tone'?" in step(SUPPORT, override=[{"tune": ["x"]}]).check()[0]
    assert "from elsewhere" in step(SUPPORT, override=[{"tone": {"file": "x"}}]).check()[0]
    assert "has no values where product is 'watch'" in step(SUPPORT, override=[{"product": ["watch"]}]).check()[0]


def test_weights_in_percent_sum_to_a_hundred() -> None:
    values = {"tone": {"a": 33.3, "b": 66.7}, "of": ["x", "y"], "so": {"by": "of", "values": {"x": {"p": 100}}, "else": {"q": 40, "r": 60}}}
    assert step(values, how="draw", percent=True).check() == []
    assert step({**values, "tone": {"a": 3, "b": 1}}, how="draw").check() == []
    wrong = {**values, "tone": {"a": 33, "b": 66}, "so": {"by": "of", "values": {"x": {"p": 99}}, "else": {"q": 100}}}
    assert step(wrong, how="draw", percent=True).check() == [
        "The attribute 'tone' has weights that sum to 99, and they are in percent. Let them sum to 100.",
        "The attribute so, where of is x has weights that sum to 99, and they are in percent. Let them sum to 100.",
    ]
    assert "sum to 1," in step(values, how="draw", percent=True, override=[{"tone": {"a": 1}}]).check()[0]


def test_distinct_draws_prefer_what_weighs_more() -> None:
    first = Counter(said({"tone": {"heavy": 9, "light": 1}}, row(n), how="distinct", count=1)[0] for n in range(500))
    assert within(first[("heavy",)], 500, 0.9)


def test_another_seed_draws_others_and_a_longer_draw_begins_alike() -> None:
    for how in ("draw", "even"):
        short, long = said(SUPPORT, how=how, count=20), said(SUPPORT, how=how, count=50)
        assert long[:20] == short
        assert said(SUPPORT, how=how, count=50, seed=1) != long
    few, more = (said(SUPPORT, how="distinct", count=n) for n in (3, 6))
    assert more[:3] == few


def test_of_many_values_each_is_drawn() -> None:
    values = {"n": {"range": [1, 3000]}}
    drawn = Counter(said(values, how="draw", count=3000))
    assert 1800 < len(drawn) < 2000  # 1 - 1/e of them
    assert max(drawn.values()) < 9


# -- laws --------------------------------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
WORDS = st.lists(st.sampled_from("uvwxyz"), min_size=1, max_size=4, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Attributes of which some have weights and some depend on one that comes before."""
    out: dict[str, Any] = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        words = draw(WORDS)
        kind = draw(st.sampled_from(["list", "weights", "by"]))
        parents = [other for other in out if isinstance(out[other], list)]
        if kind == "by" and parents:
            by = draw(st.sampled_from(parents))
            out[name] = {"by": by, "values": {value: draw(WORDS) for value in out[by]}}
        elif kind == "weights":
            out[name] = {word: draw(st.floats(0.01, 100)) for word in words}
        else:
            out[name] = words
    return out


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """The same without weights."""
    return {name: list(one) if isinstance(one, dict) and "by" not in one else one for name, one in values.items()}


def fits(values: dict[str, Any], found: dict[str, Any]) -> bool:
    return all(found[name] in (one["values"][found[one["by"]]] if isinstance(one, dict) and "by" in one else one) for name, one in values.items())


@given(tables())
def test_law_the_forecast_is_the_count_and_no_combination_comes_twice(values: dict[str, Any]) -> None:
    wanted = step(plain(values), cap=1_000_000)
    out = [new.origin["variant"] for new in wanted.rows(row(), StepContext(Path()))]
    assert len(out) == wanted._known.count({}) == len({combination(one) for one in out})
    assert all(fits(values, one) for one in out)


@given(tables(), st.integers(0, 10**6), st.integers(1, 12), st.sampled_from(["draw", "even", "distinct"]))
def test_law_the_same_id_draws_the_same_and_a_dependent_value_is_one_of_its_parents(values: dict[str, Any], n: int, count: int, how: str) -> None:
    wanted = step(values, how=how, count=count)
    first = list(wanted.rows(row(n), StepContext(Path())))
    others = [list(wanted.rows(row(other), StepContext(Path()))) for other in (n + 1, n)]  # whatever came before it
    assert first == others[1]
    assert all(fits(values, new.origin["variant"]) for new in first)
    if how == "distinct":
        assert len({new.key for new in first}) == len(first) == min(count, wanted._known.count({}))
    else:
        assert len(first) == count


@given(WORDS, st.sampled_from("uvwxyz"), st.integers(0, 10**6))
def test_law_a_value_that_is_added_or_taken_away_changes_only_rows_that_have_it(words: list[str], more: str, n: int) -> None:
    assume(more not in words)
    without, with_ = (said({"a": each, "other": ["x", "y"]}, row(n), how="draw", count=30) for each in (words, [*words, more]))
    assert all(now == before or now == (more, before[1]) for before, now in zip(without, with_, strict=True))


@given(tables(), st.sampled_from("uvwxyz"))
def test_law_combinations_keep_their_ids_when_others_are_added(values: dict[str, Any], more: str) -> None:
    plain_ = plain(values)
    name = next(iter(plain_))
    assume(isinstance(plain_[name], list) and more not in plain_[name])
    assume(not any(isinstance(one, dict) and one["by"] == name for one in plain_.values()))
    keys = {new.key for new in made(plain_)}
    assert keys < {new.key for new in made({**plain_, name: [*plain_[name], more]})}


# -- what is told ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"a": {"x": "3", "y": 1}}, "The attribute 'a' gives 'x' the weight '3', and a weight is a number of at least 0"),
        ({"a": {"x": -1}}, "the weight -1"),
        ({"a": {"x": True}}, "the weight True"),
        ({"a": {"x": float("inf")}}, "the weight inf"),
        ({"a": {"x": 0}}, "weights of 0 alone"),
        ({"a": {"values": {"x": [1]}}}, "The other ways to write an attribute: a list"),
        ({"a": []}, "The attribute 'a' has no values"),
        ({"a": "x"}, "The attribute 'a' is 'x'. Write a list"),
        ({"a": ["x", ""]}, "has an empty value"),
        ({"a": ["x", "x"]}, "has the value 'x' twice"),
        ({"a": {"by": "b", "values": {"x": [1]}}, "b": {"by": "a", "values": {"x": [1]}}}, "in a circle: a on b on a"),
        ({"a": {"by": "a", "values": {"x": [1]}}}, "in a circle: a on a"),
        ({"a": ["fan"], "b": {"by": "a", "values": {"fans": [1], "fan": [2]}}}, "has values for a 'fans', and a never is that. Did you mean 'fan'?"),
        ({"a": ["x", "y"], "b": {"by": "a", "values": {"x": [2]}}}, "has no values where a is 'y'. Add them, or what stands for all others"),
        ({"a": {"by": "b"}}, "does not say what stands for its values"),
        ({"a": {"by": "b", "values": {"x": []}}}, "The attribute a, where b is x has no values"),
        ({"a": {"by": "b", "values": {"x": [1]}, "els": [2]}}, "has 'els' beside 'by'. Did you mean 'else'?"),
        ({"a": {"range": [5, 1]}}, "a range in which no number lies"),
        ({"a": {"range": [1, "x"]}}, "Write [from, to] or [from, to, step]"),
        ({"a": {"range": [1, 10**9]}}, "a range of more than 100,000 numbers"),
        ({"a": {"languages": ["xx"]}}, "No language has the code 'xx'"),
        ({"a": {"languages": ["de-Xyz"]}}, "'Xyz' in the language 'de-Xyz' is no region or script"),
        ({"a": {"languages": "de"}}, "Write codes, [de, pt-BR]"),
        ({"a": {"names": "de"}}, "Write a mapping, {a: what it is, b: what it is}, or a list."),
        ({"a": {"names": {}}}, "has no values"),
        ({"a": {"dataset": "d"}}, "Say which of its columns"),
        ({"a": {"dataset": "d", "file": "f"}}, "from a file and from a dataset"),
        ({"a": {"file": "f", "col": "x"}}, "has 'col'. Did you mean 'column'?"),
        ({"a b": ["x"]}, "No attribute can be called 'a b'"),
        ({"id": ["x"]}, "No attribute can be called 'id'"),
        ({"a": {"languages": ["de"]}, "a_name": ["x"]}, "The names of 'a' stand in 'a_name', which is an attribute of its own"),
        ({"a": {"range": [1, 50]}, "b": {"range": [1, 50]}}, "2,500 combinations, above the cap of 1,000"),
    ],
)
def test_a_table_that_cannot_be_is_told(values: dict[str, Any], told: str) -> None:
    (problem, *more) = step(values).check()
    assert told in " ".join([problem, *more])


def test_every_mistake_is_told_by_itself() -> None:
    assert len(step({"a": [], "b": {"x": "y"}, "c": "z"}).check()) == 3


def test_settings_that_would_change_nothing_are_told() -> None:
    assert "count is given, and means nothing with how: all" in step({"a": ["x"]}, count=2).check()[0]
    assert "seed is given" in step({"a": ["x"]}, seed=2).check()[0]
    assert "cap is given, and means nothing with how: draw" in step({"a": ["x"]}, cap=2, how="draw").check()[0]
    assert "'a' has weights, and every combination is made" in step({"a": {"x": 1}}).check()[0]
    assert "count is 3, and a row has 2 different combinations" in step({"a": ["x", "y"]}, how="distinct", count=3).check()[0]
    assert "'a' has weights" in step({"a": {"file": "f.csv", "column": "x", "weight": "n"}}).check()[0]
    numbers = {"a": {"range": [1, 1000]}, "b": {"range": [1, 1000]}}
    assert "1,000,000 combinations, too many to compare" in step(numbers, how="distinct", count=3).check()[0]
    assert step(numbers, how="draw", count=3).check() == []


def test_what_tells_values_apart() -> None:
    assert [key_of(value) for value in ("1", 1, True, {"b": 1, "a": 2}, None)] == ["1", "1", "true", '{"a":2,"b":1}', "null"]
