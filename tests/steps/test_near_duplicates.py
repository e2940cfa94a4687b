"""filter.near_duplicates: which texts count as almost the same, and that every setting changes it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from set_rows import carried_out, row, texts, through

from rowsmith.core.row import Dropped
from rowsmith.steps.bands import Bands
from rowsmith.steps.filter.near_duplicates import NearDuplicates
from rowsmith.steps.shingles import shingles, text_of

LONG = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there again before winter comes"


def test_a_changed_word_makes_a_near_duplicate(tmp_path: Path) -> None:
    rows = texts(LONG, "something else entirely stands in this one", LONG.replace("coast", "hills"))
    found = carried_out(NearDuplicates(), tmp_path, rows)
    assert found == [rows[0], rows[1], Dropped(rows[2].id, "near_duplicate", f"0.85 similar to row {rows[0].id}")]


def test_case_and_punctuation_do_not_count(tmp_path: Path) -> None:
    assert through(NearDuplicates(similarity=1), tmp_path, texts("Is it so?", "is it  so", "it is so")) == ["Is it so?", "it is so"]


def test_rows_of_earlier_waves_win_and_are_not_reported(tmp_path: Path) -> None:
    kept = [row("late", text=LONG), row("later", text=LONG)]
    found = carried_out(NearDuplicates(), tmp_path, texts(LONG + " now", "new words that nobody has used before"), kept)
    assert isinstance(found[0], Dropped)
    assert kept[0].id in found[0].detail
    assert not isinstance(found[1], Dropped)


def test_only_kept_rows_have_twins(tmp_path: Path) -> None:
    """b is like a, c is like b and not like a: b goes, so c stays."""
    words = LONG.split()
    a, b, c = (" ".join(words[n : n + 20]) for n in (0, 3, 6))
    assert through(NearDuplicates(), tmp_path, texts(a, b, c)) == [a, c]


@pytest.mark.parametrize(
    "same",
    [
        ("", ""), ("?!", "..."), ("a", "b"), ("one two", "one three"), ("你好世界", "你好朋友"),
    ],
)  # fmt: skip
def test_short_and_empty_texts_are_not_taken_for_each_other(tmp_path: Path, same: tuple[str, str]) -> None:
    assert through(NearDuplicates(), tmp_path, texts(*same)) == list(same)


def test_short_texts_compare_as_a_whole(tmp_path: Path) -> None:
    assert through(NearDuplicates(shingle=5), tmp_path, texts("yes", "no", "Yes!", "no no", "no, no")) == ["yes", "no", "no no"]


def test_texts_without_spaces(tmp_path: Path) -> None:
    chinese = "人工智能正在改变我们的工作方式，许多公司已经开始使用语言模型来处理日常的文字任务，并且希望以此提高效率。"
    other = "昨天下午孩子们在公园里放风筝，天气晴朗，微风轻拂，大家玩得非常开心，直到太阳落山才依依不舍地回家去。"
    thai = "ปัญญาประดิษฐ์กำลังเปลี่ยนแปลงวิธีการทำงานของเราและหลายบริษัทเริ่มใช้แบบจำลองภาษาแล้ว"
    rows = texts(chinese, other, chinese.replace("许多", "不少"), thai, thai.replace("หลาย", "บาง"))
    assert through(NearDuplicates(), tmp_path, rows) == [chinese, other, thai]


def test_half_characters_do_no_harm(tmp_path: Path) -> None:
    assert through(NearDuplicates(), tmp_path, texts("a \ud800 b", "c d e")) == ["a \ud800 b", "c d e"]


def edited(text: str, edits: int, chance: random.Random) -> str:
    words = text.split()
    for _ in range(edits):
        at = chance.randrange(len(words))
        words[at : at + chance.randint(0, 1)] = ["new"] * chance.randint(0, 1)
    return " ".join(words)


def test_planted_near_duplicates_are_found(tmp_path: Path) -> None:
    chance = random.Random(5)
    originals = [" ".join(f"w{chance.randrange(3000)}" for _ in range(50)) for _ in range(2000)]
    planted = [edited(chance.choice(originals), chance.randint(1, 3), chance) for _ in range(500)]
    found = carried_out(NearDuplicates(), tmp_path, texts(*originals, *planted))
    assert not any(isinstance(one, Dropped) for one in found[:2000])
    assert sum(isinstance(one, Dropped) for one in found[2000:]) >= 495


def test_blocks_and_passes_change_nothing(tmp_path: Path) -> None:
    found = [shingles(f"{LONG} {n % 40} {n % 7}", 2) for n in range(300)]

    def together(**sizes: int) -> set[tuple[int, ...]]:
        """The texts that share a bucket, bucket by bucket."""
        bands = Bands(tmp_path, 96, 24, 42, **sizes)
        for one in found:
            bands.add(one)
        bands.match()
        inside: dict[int, list[int]] = {}
        for number, buckets in bands.shared():
            for bucket in buckets:
                inside.setdefault(bucket, []).append(number)
        bands.close()
        return {tuple(numbers) for numbers in inside.values()}

    whole = together()
    assert whole
    assert together(block=16) == together(most=70) == together(read=33) == whole


def test_a_later_row_never_changes_what_becomes_of_earlier_ones(tmp_path: Path) -> None:
    chance = random.Random(9)
    rows = texts(*(edited(LONG, chance.randint(0, 6), chance) for _ in range(120)))
    whole = carried_out(NearDuplicates(), tmp_path, rows)
    assert any(isinstance(one, Dropped) for one in whole)
    assert carried_out(NearDuplicates(), tmp_path, rows[:60]) == whole[:60]


PAIR = texts(LONG, LONG.replace("coast", "hills").replace("spring", "autumn"))


@pytest.mark.parametrize(
    ("one", "other"),
    [({"similarity": 0.6}, {"similarity": 0.9}), ({"shingle": 1}, {"shingle": 6}), ({"columns": ["n"]}, {"columns": ["text"], "similarity": 0.9})],
)
def test_settings_change_the_result(tmp_path: Path, one: dict[str, Any], other: dict[str, Any]) -> None:
    rows = [row(str(n), text=pair.data["text"], n="the same words in both of these rows") for n, pair in enumerate(PAIR)]
    assert isinstance(carried_out(NearDuplicates(**one), tmp_path, rows)[1], Dropped)
    assert not isinstance(carried_out(NearDuplicates(**other), tmp_path, rows)[1], Dropped)


def test_permutations_bands_and_seed_change_the_signatures(tmp_path: Path) -> None:
    """A pair well below the threshold of a sieve with few numbers is found or missed as the signatures fall."""

    def found(**settings: int) -> tuple[bool, ...]:
        base = {"permutations": 8, "bands": 2, "seed": 1}
        step = NearDuplicates(similarity=0.2, **{**base, **settings})
        chance = random.Random(3)
        originals = [" ".join(f"w{chance.randrange(500)}" for _ in range(30)) for _ in range(60)]
        rows = texts(*originals, *(f"{text[:100]} x y z" for text in originals))
        return tuple(isinstance(one, Dropped) for one in carried_out(step, tmp_path, rows))

    results = [found(), found(seed=2), found(permutations=16), found(bands=8)]
    assert len(set(results)) == 4
    assert found() == results[0]


def test_settings_that_cannot_work_are_refused() -> None:
    assert NearDuplicates().check() == []
    assert "cannot be cut into 5 equal bands" in NearDuplicates(bands=5).check()[0]
    assert "find only 18% of the pairs" in NearDuplicates(similarity=0.3).check()[0]


def test_text_of_a_row() -> None:
    data = {"b": "two", "a": "one", "n": 3, "messages": [{"role": "user", "content": "hi"}]}
    assert text_of(data) == "one\ntwo\nuser\nhi"
    assert text_of(data, ["b", "gone"]) == "two"
    assert shingles("One two, three!", 2) == ["one two", "two three"]


def test_long_documents(tmp_path: Path) -> None:
    """Documents of some 20,000 words: a copy with another menu and every fiftieth word changed is found; another document is not."""
    rng = random.Random(3)
    words = [f"w{number}" for number in range(9000)]
    rows = []
    for number in range(20):
        document = rng.choices(words, k=20_000)
        copy = [rng.choice(words) if place % 50 == 0 else word for place, word in enumerate(document)]
        rows += [row(f"{number}a", text=" ".join(document)), row(f"{number}b", text=f"Home | About us\n{' '.join(copy)}\n© 2020")]
    found = carried_out(NearDuplicates(), tmp_path, rows)
    assert [isinstance(one, Dropped) for one in found] == [False, True] * 20
    assert [one.detail.split()[-1] for one in found if isinstance(one, Dropped)] == [one.id for one in rows[::2]]
