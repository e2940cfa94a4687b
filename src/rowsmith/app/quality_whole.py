"""The checks that are of a dataset as a whole: diversity, bias, and the topics that were asked for. They flag no rows; each gives its own figures,
and a score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from rowsmith.app.quality_checks import EMBEDDED, OF_ALL, TOPICS, Means
from rowsmith.app.quality_result import NotMeasured
from rowsmith.core.errors import Invalid
from rowsmith.core.quality import Grading, Part
from rowsmith.core.row import Row
from rowsmith.engine.text_file import read_text
from rowsmith.engine.yaml_text import parse
from rowsmith.steps.topic_coverage import Asked
from rowsmith.steps.topic_coverage import Path as Topic


@dataclass(frozen=True, slots=True)
class Whole:
    """What they have found."""

    parts: tuple[Part, ...] = ()
    left: tuple[NotMeasured, ...] = ()
    found: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The figures of each, by check."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The topics that were asked for, and their embeddings where a model gives them."""

    topics: Asked
    meanings: Mapping[Topic, Sequence[float]] | None


def of_all(
    checks: Sequence[str], rows: Callable[[], Iterable[Row]], grading: Grading, means: Means, count: int, name: Callable[[Row], Any],
    wanted: Wanted | None = None,
) -> Whole:  # fmt: skip
    """Carry them out. `name`: how rows are called.

    Raises:
        NotFound, Invalid: the file of groups.
    """
    measures: dict[str, Callable[[Callable[[], Iterable[Row]], Means], Mapping[str, Any]]] = {
        "diversity": partial(_diversity, name=name), "bias": _bias, "topics": partial(_topics, wanted=wanted, name=name),
    }  # fmt: skip
    found = {name: measures[name](rows, means) for name in checks if count}
    scored = {name: _score(told) for name, told in found.items()}
    parts = [
        grading.scored(name, _what(name, found[name]), score, 0, count, count, _interval(found[name])) for name, score in scored.items()
        if score is not None
    ]  # fmt: skip
    left = [NotMeasured(name, "The rows hold too little to say.", "") for name, score in scored.items() if score is None]
    left += [NotMeasured(name, "There is no row.", "") for name in checks if not count]
    left += [NotMeasured(**one) for told in found.values() for one in told.get("not_measured", ())]
    return Whole(tuple(parts), tuple(left), found)


def _diversity(rows: Callable[[], Iterable[Row]], means: Means, name: Callable[[Row], Any]) -> Mapping[str, Any]:
    told: Mapping[str, Any] = import_module(OF_ALL["diversity"]).diversity(rows(), vector=EMBEDDED, name=name)
    return told


def _bias(rows: Callable[[], Iterable[Row]], means: Means) -> Mapping[str, Any]:
    assert means.groups is not None  # app.quality_checks.chosen has looked
    told: Mapping[str, Any] = import_module(OF_ALL["bias"]).bias(rows(), groups(means.groups))
    return told


def _topics(rows: Callable[[], Iterable[Row]], means: Means, wanted: Wanted | None, name: Callable[[Row], Any]) -> Mapping[str, Any]:
    assert wanted is not None  # app.quality_checks.chosen has looked
    told: Mapping[str, Any] = import_module(OF_ALL["topics"]).topic_coverage(
        rows, wanted.topics, vector=EMBEDDED, meanings=wanted.meanings, name=name
    )
    return told


def _score(told: Mapping[str, Any]) -> float | None:
    """The measure's own score; else each finding halves it."""
    if "score" in told:
        score = told["score"]
        return None if score is None else min(1.0, max(0.0, float(score)))
    return float(0.5 ** len(told.get("findings", ())))


def _interval(told: Mapping[str, Any]) -> tuple[float, float] | None:
    return (told["score_low"], told["score_high"]) if "score_low" in told else None


def _what(name: str, told: Mapping[str, Any]) -> str:
    findings = [one if isinstance(one, str) else _finding(one) for one in told.get("findings", ())]
    return "; ".join(findings[:3]) or ("each topic has its rows" if name == TOPICS else f"nothing speaks against its {name}")


def _finding(one: Mapping[str, Any]) -> str:
    said = str(one.get("what") or one.get("detail") or one)
    return f"{one['dimension']} {one['group']}: {said}" if "dimension" in one and "group" in one else said


def groups(path: Path) -> dict[str, dict[str, list[str]]]:
    """The declared groups of a YAML file: dimension -> group -> terms.

    Raises:
        NotFound: there is no such file. Invalid: it cannot be read, or is not of this form.
    """
    data, lines, problems = parse(read_text(path, "file of groups", "Give the path of a YAML file: docs/quality.md."), str(path))
    form = "Write dimensions, groups and terms: gender: {female: [woman, she], male: [man, he]}"
    if not isinstance(data, dict) or not data:
        problems.append(lines.problem((), "It declares no groups.", form))
    else:
        wrong = [dimension for dimension, named in data.items() if not _are_groups(named)]
        problems += [lines.problem((dimension,), f"{dimension!r} has no two groups with terms.", form) for dimension in wrong]
    if problems:
        raise Invalid("The file of groups cannot be used.", "Nothing was checked.", problems)
    return {str(dimension): {str(group): [str(term) for term in terms] for group, terms in named.items()} for dimension, named in data.items()}


def _are_groups(named: Any) -> bool:
    return isinstance(named, dict) and len(named) > 1 and all(isinstance(terms, list) and terms for terms in named.values())
