"""Worth: what a dataset teaches, measured without leaks, beside its baselines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from checked import lines
from running import Bench

from rowsmith.app.quality_run import Watched
from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.engine.terms import Stopping

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(tmp_path_factory.mktemp("worth")) as made:
        yield made


def rows(seed: int, count: int, *, vague: bool = False, terms: int = 25) -> list[dict[str, Any]]:
    """Texts of four classes: each has words of its own, or none."""
    random = Random(seed)
    made = []
    for _ in range(count):
        label = random.randrange(4)
        own = [] if vague else [f"kind{label}x{random.randrange(terms)}" for _ in range(4)]
        made.append({"text": " ".join([*own, *(f"word{random.randrange(9999)}" for _ in range(8))]), "label": f"l{label}"})
    return made


def worth(bench: Bench, path: Path, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = bench.lab.project().quality.worth(path, **{"seeds": 10, **options}).dump()
    return found


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {f"{one['name']}/{one['baseline']}": one["difference"]["verdict"] for one in found["comparisons"]}


def test_what_teaches_and_what_does_not(bench: Bench) -> None:
    test = lines(bench.folder / "test.jsonl", rows(1, 100))
    path = lines(bench.folder / "good.jsonl", rows(2, 160))
    found = worth(bench, path, test=test)
    assert (found["probe"], found["rows"], found["test_rows"], found["seeds"]) == ("classifier", 160, 100, 10)
    assert [one["rows"] for one in found["curve"]] == [20, 40, 80, 160]
    means = [one["mean"] for one in found["curve"]]
    assert means == sorted(means) and means[-1] > 0.9 and all(one["low"] <= one["mean"] <= one["high"] for one in found["curve"])
    assert verdicts(found)["whole/shuffled"] == verdicts(found)["whole/majority"] == "teaches more"
    assert "It teaches more than the same rows with shuffled labels, by +" in found["verdict"]
    nothing = worth(bench, lines(bench.folder / "vague.jsonl", rows(3, 160, vague=True)), test=test)
    assert set(verdicts(nothing).values()) == {"no difference shown"} and "would have been found (80 %)" in nothing["verdict"]
    shuffled = lines(bench.folder / "order.jsonl", rows(2, 160)[::-1])
    again = worth(bench, shuffled, test=test)
    assert [one["mean"] for one in again["curve"]][-1] == means[-1]  # the order of the rows changes nothing
    assert worth(bench, path, test=test) == found


def test_nothing_that_is_tested_with_is_learned_from(bench: Bench) -> None:
    own = rows(5, 80)
    near = {**own[0], "text": own[0]["text"] + " too"}
    path = lines(bench.folder / "leaking.jsonl", [*own, near, *rows(6, 40)])
    test = lines(bench.folder / "held.jsonl", own[:20])
    found = worth(bench, path, test=test)
    assert (found["left_out"]["tied_to_test_rows"], found["rows"]) == (21, 100)
    split = worth(bench, path)
    assert split["rows"] + split["test_rows"] == 121 and split["left_out"]["tied_to_test_rows"] == 0
    grouped = lines(bench.folder / "grouped.jsonl", [{**one, "who": number % 80} for number, one in enumerate(rows(7, 160))])
    assert worth(bench, grouped, by=["group:who"])["test_rows"] % 2 == 0  # whole groups of two


def test_subsets_beside_random_ones(bench: Bench) -> None:
    good, vague = rows(8, 120, terms=200), rows(9, 280, vague=True)
    path = lines(bench.folder / "mixed.jsonl", [{**one, "good": number < 120} for number, one in enumerate([*good, *vague])])
    lines(bench.folder / "other.jsonl", rows(10, 110, terms=200))
    test = lines(bench.folder / "test2.jsonl", rows(11, 150, terms=200))
    other = str(bench.folder / "other.jsonl")
    found = worth(bench, path, test=test, subsets=["good = true", "good = false", other])
    told = verdicts(found)
    assert (told["good = true/random"], told["good = false/random"]) == ("teaches more", "teaches less")
    by_name = {one["name"]: one for one in found["comparisons"]}
    own, elsewhere = by_name["good = true"]["difference"], by_name[other]["difference"]
    assert by_name[other]["rows"] == 110 and elsewhere["difference"] > 0.1
    assert elsewhere["high"] - elsewhere["low"] > own["high"] - own["low"]  # draws that overlap differ less than those from elsewhere
    with pytest.raises(Invalid, match="has 0 rows to learn from"):
        worth(bench, path, test=test, subsets=["good = 'x'"])
    with pytest.raises(Invalid, match="no dataset, no file, and no expression"):
        worth(bench, path, test=test, subsets=["good ="])


def test_repeated_rows_stand_beside_those_without(bench: Bench) -> None:
    few = rows(12, 40)
    path = lines(bench.folder / "repeated.jsonl", [few[n % 40] for n in range(160)])
    found = worth(bench, path, test=lines(bench.folder / "test3.jsonl", rows(13, 80)))
    [beside] = [one for one in found["comparisons"] if one["name"] == "deduplicated"]
    assert (beside["rows"], found["rows"]) == (40, 160)


def test_answers_to_questions_are_retrieved(bench: Bench) -> None:
    def asked(form: str, answer: str, count: int) -> list[dict[str, str]]:
        return [{"input": f"{form} land{n % 50} {n * 7919}", "answer": f"{answer} city{n % 50} {n * 104729}"} for n in range(count)]

    path = lines(bench.folder / "qa.jsonl", asked("Capital of", "That is", 200))
    test = lines(bench.folder / "qa-test.jsonl", asked("Say the seat of power in", "Of course it must be", 50))
    found = worth(bench, path, test=test, by=["source"])
    assert found["probe"] == "retrieval" and verdicts(found)["whole/shuffled"] == "teaches more"
    assert "whole/majority" not in verdicts(found) and "shuffled answers" in found["verdict"]


def test_trainings_that_score_the_same_are_said_to(bench: Bench) -> None:
    test = lines(bench.folder / "easy-test.jsonl", rows(8, 40, terms=2))
    path = lines(bench.folder / "easy.jsonl", rows(9, 400, terms=2))
    found = {one["baseline"]: one["says"] for one in worth(bench, path, test=test, seeds=3)["comparisons"]}
    assert found["half"].endswith("no difference to random halves of it; every training scored the same.")


def test_it_is_watched_and_stopped(bench: Bench) -> None:
    path = lines(bench.folder / "watched.jsonl", rows(14, 80))
    told: list[tuple[int, int]] = []
    worth(bench, path, seeds=2, on_training=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))
    stopping = Stopping()
    with pytest.raises(Conflict, match="Stopped after 3 of"):
        worth(bench, path, seeds=2, watched=Watched(stopping=stopping), on_training=lambda done, total: stopping.stop() if done == 3 else None)


def test_what_cannot_be_measured_is_told(bench: Bench) -> None:
    with pytest.raises(Invalid, match="No probe fits the rows of"):
        worth(bench, lines(bench.folder / "flat.jsonl", [{"text": f"word{n}"} for n in range(30)]))
    with pytest.raises(Invalid, match="rows with labels"):
        worth(bench, lines(bench.folder / "tiny.jsonl", rows(15, 12)))
    with pytest.raises(Invalid, match="nothing to tell chance by"):
        worth(bench, bench.folder / "watched.jsonl", seeds=1)
    with pytest.raises(NotFound, match="no dataset and no file"):
        worth(bench, Path("nothing"))


def test_a_language_model_needs_torch(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    path = lines(bench.folder / "torchless.jsonl", rows(5, 60))
    with pytest.raises(Unavailable, match=r"The probe lm needs torch, which is not installed\. pip install 'rowsmith\[train\]'"):
        worth(bench, path, probe="lm")


def test_planted_faults_are_found_in_their_order() -> None:
    from worth import planted

    found = planted(300, 200, 10)
    assert found["noise 0%"]["score"] > found["noise 10%"]["score"] > found["noise 30%"]["score"] > found["random text"]["score"]
    assert found["helpful subset"]["verdicts"]["helpful / random"] == "teaches more"
    assert set(found["random text"]["verdicts"].values()) == {"no difference shown"}
