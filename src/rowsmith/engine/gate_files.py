"""Gates: what a dataset has to be, as a YAML file. `rowsmith quality --gate` says pass or fail.

name: release
rows: {at_least: 100, all_read: true, all_pass: false}  all_read: none failed; all_pass: and none is flagged
grade: B                                                at least so good; of the parts:
parts: {pii: A}
flags:                                                  most rows with a flag, a number or a share,
  contamination: 0                                      by check
  form.refusal: 1%                                      or check and reason
scores:
  judge.overall: {mean: {at_least: 7.5}, low: {at_least: 5}}
diversity: {at_least: 0.6}                              the score of that part, and of topics
rules:                                                  of your own, over each row
  - {name: short, expect: length(answer) < 2000}        must be true of every row
  - {name: polite, lacks: '(?i)damn', in: answer}       a pattern that no answer may have; or `matches`, that each must have
  - {name: sources, expect: contains(answer, 'http'), where: label = 'fact', share: 0.9, message: Say where it is from.}
  - {name: kind, asks: Is the answer kind?, share: 0.9, sample: 0.1, model: openai/gpt-4o-mini}  a question to a model
grading: {parts: {pii: {weight: 20}}}                   how the grade is made (content/quality.yaml)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from rowsmith.core.errors import Invalid, Problem
from rowsmith.core.expressions import parse as parse_expression
from rowsmith.core.patterns import Pattern
from rowsmith.core.quality import Grade, Grading, changed
from rowsmith.engine.explain import explain
from rowsmith.engine.text_file import read_text
from rowsmith.engine.yaml_text import Lines, parse
from rowsmith.engine.yaml_text import Path as Place

_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Bounds(_Closed):
    """Between what a number has to lie, both ends included."""

    at_least: float | None = Field(None, description="The least that it may be.")
    at_most: float | None = Field(None, description="The most that it may be.")

    @model_validator(mode="after")
    def _any(self) -> Bounds:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        return self

    def hold(self, value: float) -> bool:
        """Whether the number lies there."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        found = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{word} {value:g}" for word, value in found if value is not None)


class OfRows(_Closed):
    """What is wanted of the rows altogether."""

    at_least: int = Field(1, ge=0, description="Fewest rows.")
    at_most: int | None = Field(None, ge=0, description="Most rows.")
    all_read: bool = Field(True, description="Whether each row has to be read and checked.")
    all_pass: bool = Field(False, description="Whether no row may carry a flag of any check.")


class OfScore(_Closed):
    """What is wanted of a score over all rows that have it."""

    mean: Bounds | None = Field(None, description="Of its mean.")
    low: Bounds | None = Field(None, description="Of its least value.")
    high: Bounds | None = Field(None, description="Of its greatest value.")
    count: Bounds | None = Field(None, description="Of how many rows have it.")


class RowRule(_Closed):
    """A rule over each row: an expression that has to be true, a pattern that has to be there or must not, or a question that a model has to answer
    with yes."""

    name: str = Field(min_length=1, max_length=80, description="Its name.")
    expect: str = Field("", description="An expression that has to be true of a row.")
    matches: str = Field("", description="A pattern (a regular expression) that has to be in the text.")
    lacks: str = Field("", description="A pattern that must not be in the text.")
    asks: str = Field("", description="A question to a model that has to be answered with yes.")
    model: str = Field("", description="For questions: the model that is asked, provider/name. Default: that of --model.")
    base_url: str = Field("", description="Address of its server.")
    sample: float = Field(1.0, gt=0, le=1, description="For questions: share of the rows that is asked; the rule then needs a `share` below 1.")
    seed: int = Field(42, description="Seed by which these rows are chosen.")
    within: str = Field("", alias="in", description="For patterns and questions: a column, or a part (answer). Default: all.")
    where: str = Field("", description="An expression: the rule is for rows of which it is true. Default: all.")
    share: float = Field(1.0, gt=0, le=1, description="Least share of these rows that have to keep the rule.")
    message: str = Field("", description="What to say where it is broken.")

    @model_validator(mode="after")
    def _one(self) -> RowRule:
        if sum(bool(each) for each in (self.expect, self.matches, self.lacks, self.asks)) != 1:
            raise ValueError("give one of expect, matches, lacks and asks")
        if not self.asks and self.model_fields_set & {"model", "base_url", "sample", "seed"}:
            raise ValueError("model, base_url, sample and seed are for a question: asks")
        if self.base_url and not self.model:
            raise ValueError("base_url needs a model beside it")
        if self.sample < 1 and self.share == 1:
            raise ValueError("a sample cannot tell that every row keeps the rule; say which share has to, for example share: 0.95")
        if self.within and self.expect:
            raise ValueError("an expression names its columns itself; leave `in` out")
        return self


class Gate(_Closed):
    """What a dataset has to be."""

    name: str = Field("", description="Its name.")
    rows: OfRows = Field(default_factory=OfRows, description="Of the rows altogether.")
    grade: Grade | None = Field(None, description="The worst grade that may be.")
    parts: dict[str, Grade] = Field(default_factory=dict, description="The worst grade of parts, by check.")
    flags: dict[str, int | str] = Field(default_factory=dict, description="Most rows that are flagged, by check or check.reason: 3, or 1%.")
    scores: dict[str, OfScore] = Field(default_factory=dict, description="Of scores, by name.")
    diversity: Bounds | None = Field(None, description="Of the score of the part diversity, from 0 to 1.")
    topics: Bounds | None = Field(None, description="Of the score of the part topics, from 0 to 1.")
    rules: list[RowRule] = Field(default_factory=list, description="Rules over each row.")
    grading: dict[str, Any] = Field(default_factory=dict, description="How the grade is made, in the form of content/quality.yaml.")
    _lines: Lines = PrivateAttr(default_factory=Lines)

    def problem(self, rule: RowRule, what: str, fix: str) -> Invalid:
        """What is wrong with a rule, at its line."""
        key = next(name for name in ("expect", "matches", "lacks", "asks") if getattr(rule, name))
        found = self._lines.problem(("rules", self.rules.index(rule), key), f"Rule {rule.name!r}: {what}", fix)
        return Invalid("The gate has a problem.", "Nothing was decided.", [found])


def limit(given: int | str) -> tuple[float, bool]:
    """The most rows that may be flagged: a number, or a share (and then True).

    Raises:
        ValueError: it is neither.
    """
    if isinstance(given, int) and given >= 0:
        return float(given), False
    if (found := _SHARE.fullmatch(str(given).strip())) and float(found[1]) <= 100:
        return float(found[1]) / 100, True
    raise ValueError("write a number of rows (3), or a share of them (1%)")


def read_gate(path: Path, shipped: dict[str, Any]) -> tuple[Gate, Grading]:
    """A gate file, and how the grade is made with it.

    Args:
        shipped: content.quality(), or what somebody has put in its place.

    Raises:
        NotFound: there is no such file. Invalid: it cannot be read, with every problem, its line and fix.
    """
    data, lines, problems = _data(path, "gate", "name: release\ngrade: B")
    try:
        found = Gate.model_validate(data)
    except ValidationError as error:
        raise _invalid("gate", [*problems, *explain(error, Gate, data, (), "the gate", lines)]) from None
    problems += _wrong(found, lines)
    grading, more = _graded(changed(shipped, found.grading), lines, ("grading",))
    if problems or more or grading is None:
        raise _invalid("gate", [*problems, *more])
    found._lines = lines
    return found, grading


def read_grading(path: Path | None, shipped: dict[str, Any]) -> dict[str, Any]:
    """How a grade is made: what ships, with what a file says in its place.

    Raises: as `read_gate`.
    """
    if path is None:
        return shipped
    data, lines, problems = _data(path, "file of weights", "parts: {pii: {weight: 20}}")
    whole = changed(shipped, data)
    _, more = _graded(whole, lines, ())
    if problems or more:
        raise _invalid("file of weights", [*problems, *more])
    return whole


def _data(path: Path, called: str, example: str) -> tuple[dict[str, Any], Lines, list[Problem]]:
    data, lines, problems = parse(read_text(path, called, "Give the path of a YAML file: docs/quality.md."), str(path))
    if not isinstance(data, dict):
        raise _invalid(called, [lines.problem((), "It says nothing.", f"Write for example: {example.splitlines()[-1]}")])
    return data, lines, problems


def _graded(data: dict[str, Any], lines: Lines, place: Place) -> tuple[Grading | None, list[Problem]]:
    try:
        return Grading.model_validate(data), []
    except ValidationError as error:
        return None, explain(error, Grading, data, place, "the grading", lines)


def _wrong(gate: Gate, lines: Lines) -> list[Problem]:
    """What is wrong with limits, expressions and patterns."""
    found = []
    for name, given in gate.flags.items():
        try:
            limit(given)
        except ValueError as error:
            found.append(lines.problem(("flags", name), f"{given!r} is no limit of flagged rows.", f"{str(error).capitalize()}."))
    names = [rule.name for rule in gate.rules]
    for number, rule in enumerate(gate.rules):
        found += _wrong_rule(rule, number, lines)
        if rule.name in names[:number]:
            found.append(lines.problem(("rules", number, "name"), f"Two rules are called {rule.name!r}.", "Give each a name of its own."))
    return found


def _wrong_rule(rule: RowRule, number: int, lines: Lines) -> Iterator[Problem]:
    for key in ("expect", "where"):
        if text := getattr(rule, key):
            try:
                parse_expression(text)
            except Invalid as error:
                yield lines.problem(("rules", number, key), f"Rule {rule.name!r}: {error.what}", error.fix)
    for key in ("matches", "lacks"):
        if text := getattr(rule, key):
            try:
                Pattern(text)
            except ValueError as error:
                yield lines.problem(("rules", number, key), f"Rule {rule.name!r}: {text!r} is no pattern: {error}.", "Correct it.")


def _invalid(called: str, problems: list[Problem]) -> Invalid:
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Invalid(f"The {called} has {count}.", "Nothing was checked.", problems)


