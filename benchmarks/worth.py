"""Whether a worth finds what is planted: noise of labels, repetition, random text, a helpful subset; and how often it finds what is not there."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from random import Random
from typing import Any

from rowsmith.app.worth import Worth, measured
from rowsmith.app.worth_rows import Material
from rowsmith.core.row import Row
from rowsmith.core.worth import compared
from rowsmith.steps.probes import Classifier, Lesson, lesson

CLASSES = 4


def row(random: Random, number: int, *, noise: float = 0.0, vague: bool = False) -> Row:
    """A text of its class's words among others (none of them where it is `vague`), with a label that is wrong with this chance."""
    kind = random.randrange(CLASSES)
    own = [] if vague else [f"topic{kind}x{random.randrange(400)}" for _ in range(5)]
    text = [*own, *(f"word{random.randrange(400)}" for _ in range(10))]
    random.shuffle(text)
    chance, other = random.random(), random.randrange(1, CLASSES)
    label = (kind + other) % CLASSES if chance < noise else kind
    return Row(f"{number:032x}", b"", {"text": " ".join(text), "label": f"class{label}"})


def lessons(random: Random, rows: int, start: int, **how: Any) -> list[Lesson]:
    """So many rows, as the classifier sees them."""
    made = (lesson(row(random, start + number, **how), "classifier") for number in range(rows))
    return [one for one in made if one is not None]


def material(train: Sequence[Lesson], test: Sequence[Lesson], distinct: Sequence[Lesson] | None = None, **subsets: Sequence[Lesson]) -> Material:
    """The sets, of which no test rows hang together."""
    return Material("classifier", train, test, range(len(test)), distinct or train, subsets, frozenset(), {}, ())


def planted(rows: int, tests: int, seeds: int) -> dict[str, Any]:
    """The scores and verdicts over sets with known faults."""
    held = lessons(Random(0), tests, 10**6)
    clean = lessons(Random(1), rows, 0)
    found: dict[str, Any] = {}
    for noise in (0.0, 0.1, 0.3):
        found[f"noise {noise:.0%}"] = _told(measured("noise", material(lessons(Random(1), rows, 0, noise=noise), held), seeds))
    few = clean[: rows // 5]
    repeated = [Lesson(f"{10**7 + number:032x}", few[number % len(few)].given, few[number % len(few)].wanted) for number in range(rows)]
    found["repeated"] = _told(measured("repeated", material(repeated, held, repeated[: len(few)]), seeds))
    found["random text"] = _told(measured("random", material(lessons(Random(2), rows, 0, vague=True), held), seeds))
    mixed = [*clean[: rows // 3], *lessons(Random(3), rows - rows // 3, 10**5, vague=True)]
    found["helpful subset"] = _told(measured("mixed", material(mixed, held, helpful=mixed[: rows // 3]), seeds))
    return found


def _told(found: Worth) -> dict[str, Any]:
    verdicts = {f"{one.name} / {one.baseline}": one.difference.verdict for one in found.comparisons}
    return {"score": round(found.curve[-1][1].mean, 4), "verdicts": verdicts}


def false_verdicts(pairs: int, rows: int, tests: int, seeds: int) -> dict[str, Any]:
    """How often one of two subsets that were drawn alike is said to teach more, or less: of the same rows, and from elsewhere."""
    counts = {"own": {"teaches more": 0, "teaches less": 0}, "elsewhere": {"teaches more": 0, "teaches less": 0}}
    for number in range(pairs):
        random = Random(number + 1000)
        held, whole = lessons(random, tests, 10**6, noise=0.1), lessons(random, rows, 0, noise=0.1)
        size = rows // 3
        draws = [Classifier(random.sample(whole, size)).scores(held) for _ in range(seeds)]
        one = {"own": random.sample(whole, size), "elsewhere": lessons(random, size, 10**5, noise=0.1)}
        for name, subset in one.items():
            drawn = size / rows if name == "elsewhere" else 0.0
            verdict = compared(Classifier(subset).scores(held), draws, range(len(held)), drawn=drawn).verdict
            if verdict != "no difference shown":
                counts[name][verdict] += 1
    return {"pairs": pairs, **counts}


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--tests", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--pairs", type=int, default=300)
    given = parser.parse_args()
    found = {"planted": planted(given.rows, given.tests, given.seeds), "equal": false_verdicts(given.pairs, 240, 150, given.seeds)}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
