"""filter.best: rows that are good and stand for the others, with the curve of what is lost."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import carried_out, row, texts

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.covering import cover, ranks
from rowsmith.steps.filter.best import Best


def groups(count: int, each: int) -> list[str]:
    """`count` subjects, each told `each` times with a word changed."""
    chance = random.Random(2)
    subjects = [[f"w{chance.randrange(9000)}" for _ in range(30)] for _ in range(count)]
    return [" ".join([*words[:-1], f"v{n}"]) for n in range(each) for words in subjects]


def kept(found: list[Any]) -> list[Row]:
    return [one for one in found if isinstance(one, Row)]


def test_the_chosen_rows_stand_for_all(tmp_path: Path) -> None:
    found = carried_out(Best(n=12), tmp_path, texts(*groups(12, 20)))
    assert len({one.data["text"].split()[0] for one in kept(found)}) == 12
    assert {one.reason for one in found if isinstance(one, Dropped)} == {"not_best"}


def test_the_curve_of_what_is_lost_is_in_the_ranks(tmp_path: Path) -> None:
    found = kept(carried_out(Best(n=40), tmp_path, texts(*groups(12, 20))))
    curve = sorted((one.scores["best"]["rank"], one.scores["best"]["covered"]) for one in found)
    assert [rank for rank, _ in curve] == list(range(1, 41))
    shares = [covered for _, covered in curve]
    assert shares == sorted(shares)
    assert shares[0] < 0.15 < 0.9 < shares[11] <= shares[39] <= 1.0


def test_quality_counts_against_diversity(tmp_path: Path) -> None:
    rows = [row(str(n), text=text, q=n % 20) for n, text in enumerate(groups(4, 20))]

    def told(diversity: float) -> tuple[float, int]:
        found = kept(carried_out(Best(n=8, score="q", diversity=diversity), tmp_path, rows))
        return sum(one.data["q"] for one in found) / 8, len({one.data["text"].split()[0] for one in found})

    best, both, widest = told(0.0), told(0.5), told(1.0)
    assert best[0] >= both[0] > widest[0]
    assert both[1] == widest[1] == 4


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = texts(*groups(9, 7))
    one = {found.id: found.scores for found in kept(carried_out(Best(share=0.3), tmp_path, rows))}
    assert {found.id: found.scores for found in kept(carried_out(Best(share=0.3), tmp_path, rows[::-1]))} == one
    assert len(one) == 19


def test_meanings_are_covered_with_vectors(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    chance = random.Random(1)
    rows = [row(str(n), text="same words", v=[float(n % 5 == at) + chance.gauss(0, 0.05) for at in range(5)]) for n in range(1100)]
    found = kept(carried_out(Best(n=5, vector="v"), tmp_path, rows))
    assert sorted(max(range(5), key=one.data["v"].__getitem__) for one in found) == [0, 1, 2, 3, 4]
    with pytest.raises(Invalid, match="has no vector in the column 'w'") as error:
        carried_out(Best(n=5, vector="w"), tmp_path, rows)
    assert "transform.embed" in error.value.fix


def test_rows_of_earlier_waves_count_and_cover(tmp_path: Path) -> None:
    said = groups(6, 5)
    found = kept(carried_out(Best(n=6), tmp_path, texts(*said[6:], start=6), texts(*said[:3])))
    assert len(found) == 3
    assert {one.data["text"].split()[0] for one in found} == {one.split()[0] for one in said[3:6]}
    assert carried_out(Best(n=2), tmp_path, texts("a"), texts("b", "c")) == [Dropped(texts("a")[0].id, "not_best")]


def test_rows_without_a_value_and_settings_that_mean_nothing(tmp_path: Path) -> None:
    found = carried_out(Best(n=1, score="q"), tmp_path, [row("1", text="a", q=1), row("2", text="b"), row("3", text="c", q="high")])
    assert [one.reason if isinstance(one, Dropped) else "" for one in found] == ["", "no_value", "no_value"]
    assert Best().check() == ["Give n or share, one of them."]
    assert Best(n=1, score="lower(text)").check() == ["score: 'lower(text)' gives text, not a number."]
    assert Best(n=1, score="q +").check()[0].startswith("score: ")


def test_ranks_do_not_hang_on_the_scale() -> None:
    assert ranks([1, 10, 100]) == ranks([0.1, 0.2, 7]) == pytest.approx([1 / 3, 2 / 3, 1])
    assert ranks([2, 2, 2, 2]) == [0.625] * 4


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7).flatmap(lambda n: st.lists(st.binary(min_size=5, max_size=5), min_size=n, max_size=n)), st.integers(1, 3))
def test_lazy_greedy_comes_to_its_share_of_the_best(alike: list[bytes], n: int) -> None:
    quality, names = ranks([sum(line) for line in alike]), [str(place) for place in range(len(alike))]
    size = min(n, len(alike))

    def worth(places: tuple[int, ...]) -> float:
        covered = sum(max(alike[place][at] for place in places) for at in range(5)) / (255 * 5)
        return 0.5 * sum(quality[place] for place in places) / size + 0.5 * covered

    chosen = tuple(one.place for one in cover(alike, quality, names, [], size, 0.5))
    assert len(set(chosen)) == size
    assert worth(chosen) >= (1 - 1 / 2.718281828) * max(map(worth, combinations(range(len(alike)), size))) - 1e-9


def test_by_score_and_far_from_what_is_taken(tmp_path: Path) -> None:
    rows = [row(str(n), text=text, q=n) for n, text in enumerate(groups(4, 5))]
    found = kept(carried_out(Best(n=10, score="q", alike=0.5), tmp_path, rows))
    assert {one.data["q"]: one.scores["best"] for one in found} == {19: {"rank": 1}, 18: {"rank": 2}, 17: {"rank": 3}, 16: {"rank": 4}}
    assert [one.id for one in kept(carried_out(Best(n=10, score="q", alike=0.5), tmp_path, rows[::-1]))] == [one.id for one in found][::-1]
    assert sorted(one.data["q"] for one in kept(carried_out(Best(n=3, score="q", alike=1.0), tmp_path, rows))) == [17, 18, 19]
    later = kept(carried_out(Best(n=10, score="q", alike=0.5), tmp_path, rows[:8], rows[16:18]))
    assert {one.data["q"]: one.scores["best"]["rank"] for one in later} == {7: 3, 6: 4}


def test_by_score_and_far_in_meaning(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    rows = [row(str(n), text="same words", q=-n, v=v) for n, v in enumerate(([1, 0], [0.99, 0.1], [0, 1], [0.7, 0.7]))]
    for alike, taken in ((0.9, {"0", "2", "3"}), (0.5, {"0", "2"}), (0.999, {"0", "1", "2", "3"})):
        found = kept(carried_out(Best(n=4, score="q", vector="v", alike=alike), tmp_path, rows))
        assert {str(-one.data["q"]) for one in found} == taken
    later = kept(carried_out(Best(n=4, score="q", vector="v", alike=0.9), tmp_path, rows[1:], rows[:1]))
    assert sorted(one.data["q"] for one in later) == [-3, -2]
