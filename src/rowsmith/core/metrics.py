"""How good an answer is, beside the one that was expected: a number from 0 to 1.

One idea for recipes (`score.metric`) and for `rowsmith optimize`. A metric is said in a word (`exact`), as a mapping (`{kind: number, tolerance:
0.01}`), as parts with weights (`exact=2,f1=1`), or as an expression over `answer`, `expected` and the columns (`length(answer) < 200`).

Sources: token overlap F1 as in Rajpurkar et al., "SQuAD", arXiv 1606.05250, 3; the number that stands last in an answer as in Cobbe et al.,
"Training Verifiers to Solve Math Word Problems", arXiv 2110.14168.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Annotated, Any, Literal, get_args

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveFloat, TypeAdapter, ValidationError, field_validator, model_serializer

from rowsmith.core.errors import Invalid, RowFailed, choose
from rowsmith.core.expressions import parse_value
from rowsmith.core.row import Json
from rowsmith.core.words import words

ANSWER, EXPECTED = "answer", "expected"
"""What an expression calls the two, whatever their columns are called."""
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:[,_ ]\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+")
_FENCED = re.compile(r"\s*```[\w-]*\n(.*?)\n?```\s*", re.DOTALL)
_ENDS = ".,;:!?"
_QUOTES = "\"'`*“”‘’«» "


class Measure(BaseModel):
    """What all metrics have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: PositiveFloat = Field(1.0, description="Weight among the parts of a composite.")

    @model_serializer(mode="wrap")
    def _with_kind(self, dump: Any) -> dict[str, Any]:
        return {"kind": self.kind, **dump(self)}  # type: ignore[attr-defined]

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 (wrong) to 1 (right). `scope`: the row's columns and scores.

        Raises:
            RowFailed: `metric`, where it does not fit what is expected: nothing that the answer could have said would help.
        """
        raise NotImplementedError

    @property
    def says(self) -> str:
        """What it asks of an answer, in words."""
        raise NotImplementedError


class Exact(Measure):
    """1 where the answer is the expected one."""

    kind: Literal["exact"] = "exact"
    normalise: bool = Field(True, description="Whether case, spacing, quotes around it and punctuation at its end do not count.")

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """0 or 1."""
        return float(_read(answer, self.normalise) == _read(expected, self.normalise))

    @property
    def says(self) -> str:
        """In words."""
        return "the answer has to be the expected one" + (", but for case, spacing and closing punctuation" if self.normalise else " to the letter")


class Label(Measure):
    """1 where the answer is the expected label; case, spacing and punctuation do not count. Over a set: accuracy, macro F1 and kappa."""

    kind: Literal["label"] = "label"

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """0 or 1."""
        return float(plain(text_of(answer)) == plain(text_of(expected)))

    @property
    def says(self) -> str:
        """In words."""
        return "the answer has to be the expected label and nothing else"


class Contains(Measure):
    """1 where the expected text stands within the answer, as words of its own; of a list, the share of its entries that do."""

    kind: Literal["contains"] = "contains"
    normalise: bool = Field(True, description="Whether case, spacing, quotes around it and punctuation at its end do not count.")

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 to 1."""
        said = " ".join(text_of(answer).casefold().split()) if self.normalise else text_of(answer)
        wanted = [_read(one, self.normalise) for one in (expected if isinstance(expected, list) else [expected])]
        if not wanted or not all(wanted):
            raise RowFailed("metric", "Nothing is expected, and nothing can be looked for.")
        return sum(bool(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", said)) for one in wanted) / len(wanted)

    @property
    def says(self) -> str:
        """In words."""
        return "the expected text has to stand within the answer"


class F1(Measure):
    """The words that answer and expected text have in common: the harmonic mean of precision and recall."""

    kind: Literal["f1"] = "f1"

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 to 1."""
        said, wanted = Counter(words(text_of(answer))), Counter(words(text_of(expected)))
        common = sum((said & wanted).values())
        if not said or not wanted:
            return float(said == wanted)
        return 2 * common / (said.total() + wanted.total())

    @property
    def says(self) -> str:
        """In words."""
        return "the answer is to have the words of the expected one, and few others"


class Number(Measure):
    """The last number of the answer beside the expected one: 1 within `tolerance`, else 0; with `scale`, less by the distance. Over a set: mean
    absolute and root mean square error."""

    kind: Literal["number"] = "number"
    tolerance: Annotated[float, Field(ge=0)] = Field(0.0, description="How far it may be off, as a share of the expected number.")
    scale: PositiveFloat | None = Field(None, description="The distance that counts 0; half of it counts 0.5. Default: right or wrong.")

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 to 1."""
        wanted, said = number_in(expected), number_in(answer)
        if wanted is None:
            raise RowFailed("metric", f"A number is expected, and {text_of(expected)[:60]!r} has none.")
        if said is None:
            return 0.0
        distance = abs(said - wanted)
        if distance <= max(self.tolerance * abs(wanted), 1e-9 * max(1.0, abs(wanted))):
            return 1.0
        return 0.0 if self.scale is None else max(0.0, 1.0 - distance / self.scale)

    @property
    def says(self) -> str:
        """In words."""
        if self.scale is not None:
            return f"the number in the answer is to be near the expected one; {self.scale:g} off counts nothing"
        return "the number in the answer has to be the expected one" + (f", within {self.tolerance:.3g} of it" if self.tolerance else "")


class JsonMatch(Measure):
    """The share of values that agree, by their paths, of all that answer and expected JSON have; types count. An answer that is no JSON has 0.
    A fence around it is no fault."""

    kind: Literal["json"] = "json"
    fields: list[str] = Field([], description="Fields that are compared. Default: all.")
    tolerance: Annotated[float, Field(ge=0)] = Field(0.0, description="How far a number may be off, as a share of the expected one.")
    normalise: bool = Field(False, description="Whether case, spacing and closing punctuation of texts do not count.")

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 to 1."""
        wanted, said = json_in(expected), json_in(answer)
        if wanted is None:
            raise RowFailed("metric", f"JSON is expected, and {text_of(expected)[:60]!r} is none.")
        if said is None:
            return 0.0
        chosen = self._chosen(wanted)
        if self.fields and isinstance(chosen, dict) and not chosen:
            raise RowFailed("metric", f"What is expected has none of the fields {', '.join(self.fields)}.")
        one, other = dict(_leaves(chosen)), dict(_leaves(self._chosen(said)))
        same = sum(path in other and self._same(value, other[path]) for path, value in one.items())
        return same / len({*one, *other})

    @property
    def says(self) -> str:
        """In words."""
        which = f" in {', '.join(self.fields)}" if self.fields else ""
        return f"the answer has to be JSON with the expected values{which}, of the same types, and no other fields"

    def _chosen(self, value: Json) -> Json:
        return {name: value[name] for name in self.fields if name in value} if self.fields and isinstance(value, dict) else value

    def _same(self, wanted: Json, said: Json) -> bool:
        if isinstance(wanted, str) and isinstance(said, str):
            return _read(wanted, self.normalise) == _read(said, self.normalise)
        if _is_number(wanted) and _is_number(said):
            return bool(abs(said - wanted) <= self.tolerance * abs(wanted))
        return type(wanted) is type(said) and bool(wanted == said)


class Judge(Measure):
    """What a second model says (`score.judge`): the overall score that the row has by now, from the lowest of its scale to the highest."""

    kind: Literal["judge"] = "judge"
    criteria: str = Field("", description="What makes an answer good, in your words. Default: that it says what the expected one does.")
    scale: tuple[int, int] = Field((1, 10), description="Lowest and highest score.")
    from_: str = Field("judge", alias="from", min_length=1, description="Name of the score that `score.judge` gives.")

    @field_validator("scale")
    @classmethod
    def _rises(cls, given: tuple[int, int]) -> tuple[int, int]:
        if given[0] >= given[1]:
            raise ValueError(f"the scale runs from {given[0]} to {given[1]}; its first number must be the lower one")
        return given

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 to 1."""
        low, high = self.scale
        found = scope.get("scores", {}).get(self.from_)
        overall: Any = found.get("overall") if isinstance(found, Mapping) else None
        if not _is_number(overall) or not low <= overall <= high:
            raise RowFailed("metric", f"The row has no score {self.from_!r} from {low} to {high}: let score.judge stand before.")
        return float((overall - low) / (high - low))

    @property
    def says(self) -> str:
        """In words."""
        return f"a judge is to find the answer good: {self.criteria or 'it says what the expected one does'}"


class Written(Measure):
    """The value of an expression over `answer`, `expected` and the columns: true and false, or a number from 0 to 1. NULL counts 0."""

    kind: Literal["expression"] = "expression"
    expression: str = Field(min_length=1, description="A condition, or a number from 0 to 1.")

    @field_validator("expression")
    @classmethod
    def _readable(cls, given: str) -> str:
        try:
            found = parse_value(given)
        except Invalid as error:
            raise ValueError(str(error)) from None
        if found.kind in ("text", "null"):
            raise ValueError(f"{given!r} gives {found.kind}, no number and no condition")
        return given

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 to 1."""
        value = parse_value(self.expression).value({**scope, ANSWER: answer, EXPECTED: expected})
        if value is None:
            return 0.0
        if not isinstance(value, bool | int | float) or not 0 <= value <= 1:
            raise RowFailed("metric", f"{self.expression!r} gives {value!r}, not true, false or a number from 0 to 1.")
        return float(value)

    @property
    def says(self) -> str:
        """In words."""
        return f"this is to hold: {self.expression}"


Single = Annotated[Exact | Label | Contains | F1 | Number | JsonMatch | Judge | Written, Field(discriminator="kind")]


class Composite(Measure):
    """The mean of several, by their weights."""

    kind: Literal["composite"] = "composite"
    parts: list[Single] = Field(min_length=1, description="The metrics, each with a weight.")

    def score(self, answer: Json, expected: Json, scope: Mapping[str, Any]) -> float:
        """From 0 to 1."""
        return sum(part.weight * part.score(answer, expected, scope) for part in self.parts) / sum(part.weight for part in self.parts)

    @property
    def says(self) -> str:
        """In words."""
        return "; and ".join(part.says for part in self.parts)


Metric = Exact | Label | Contains | F1 | Number | JsonMatch | Judge | Written | Composite
KINDS: dict[str, type[Measure]] = {cls.model_fields["kind"].default: cls for cls in get_args(Metric)}
_ANY: TypeAdapter[Metric] = TypeAdapter(Annotated[Metric, Field(discriminator="kind")])
_BY_WORD = sorted(set(KINDS) - {"expression", "composite"})
FORM = "Say a word, a mapping such as {kind: number, tolerance: 0.01}, parts with weights (exact=2,f1=1), or an expression over answer and expected."


def metric(spoken: Metric | Mapping[str, Any] | str) -> Metric:
    """The metric that is meant.

    Raises:
        Invalid: it is none.
    """
    if isinstance(spoken, Measure):
        return spoken
    given = _word(spoken) if isinstance(spoken, str) else dict(spoken)
    if given.get("kind") not in KINDS:
        raise Invalid(f"{given.get('kind')!r} is no metric.", f"{choose(str(given.get('kind')), list(KINDS))}")
    try:
        return _ANY.validate_python(given)
    except ValidationError as error:
        told = error.errors()[0]
        where = ".".join(str(part) for part in told["loc"] if part not in KINDS)
        raise Invalid(f"The metric {where or given['kind']}: {told['msg'].removeprefix('Value error, ').rstrip('.')}.", FORM) from None


def parts_of(given: Metric) -> list[Metric]:
    """The metrics that it is made of; itself where it is no composite."""
    return list(given.parts) if isinstance(given, Composite) else [given]


def _word(spoken: str) -> dict[str, Any]:
    said = spoken.strip()
    if said in _BY_WORD:
        return {"kind": said}
    if re.fullmatch(r"[a-z_0-9]+", said):
        raise Invalid(f"{said!r} is no metric.", f"{choose(said, _BY_WORD)} {FORM}")
    weighed = [re.fullmatch(r"\s*([a-z0-9]+)\s*=\s*(\d+(?:\.\d+)?)\s*", part) for part in said.split(",")]
    if all(found and found[1] in _BY_WORD for found in weighed):
        return {"kind": "composite", "parts": [{"kind": found[1], "weight": float(found[2])} for found in weighed if found]}
    return {"kind": "expression", "expression": said}


def _spoken(given: Any) -> Any:
    """For a setting: words are read, and what is wrong is a problem of the setting."""
    if isinstance(given, str | Mapping):
        try:
            return metric(given)
        except Invalid as error:
            raise ValueError(f"{error.what} {error.fix}") from None
    return given


Spoken = Annotated[Metric, BeforeValidator(_spoken)]
"""A setting that takes a metric as people say it."""


# -- values -----------------------------------------------------------------------------------------------------------------------------


def text_of(value: Json) -> str:
    """A value as text: JSON where it is none; nothing for null."""
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()


def plain(text: str) -> str:
    """A text without what does not count: case, spacing, quotes around it, punctuation at its end."""
    said = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return said.strip(_QUOTES).rstrip(_ENDS).strip(_QUOTES) or said


def number_in(value: Json) -> float | None:
    """The number that it is, or the last one that stands in it."""
    if isinstance(value, bool) or value is None:
        return None
    found = _NUMBER.findall(text_of(value))
    number = float(re.sub(r"[,_ ]", "", found[-1])) if found else None
    return number if number is not None and isfinite(number) else None


def json_in(value: Json) -> Json:
    """The object or list that it is, or that its text says; None where it says none."""
    if isinstance(value, str):
        fenced = _FENCED.fullmatch(value)
        try:
            value = orjson.loads(fenced[1] if fenced else value)
        except orjson.JSONDecodeError:
            return None
    return value if isinstance(value, dict | list) else None


def _read(value: Json, normalise: bool) -> str:
    said = text_of(value)
    return plain(said) if normalise else said.strip()


def _leaves(value: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    """The values within, by their paths; an empty list or mapping is one."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inner or not value:
        yield path, value
    for name, item in inner:
        yield from _leaves(item, (*path, str(name)))


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
