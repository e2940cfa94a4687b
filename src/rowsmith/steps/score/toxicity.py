"""Flags texts that insult, threaten, degrade or press somebody: by rules of our own, or as a classifier scores them."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from typing import Any, Literal, get_args

from pydantic import Field, PositiveInt

from rowsmith.content import classifiers
from rowsmith.core.errors import Invalid
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import Part, parts
from rowsmith.core.step import ClassifierRole, Column
from rowsmith.steps.checking import Asking
from rowsmith.steps.evidence import pieces
from rowsmith.steps.harm import LIKELY, LIKELY_FROM, Harm, harms

Category = Literal["threat", "hate", "self_harm", "sexual", "insult", "harassment", "likely"]


class Toxicity(Asking):
    """Scores the harm in every text of a row by rules and a small learnt model, offline: `scores.<into>`, 0 where none was found, 1 for a sentence

    that insults a person, threatens one, degrades a group (hate, with or without a swear word), presses sexual things on somebody (sexual), urges to
    hurt oneself (self_harm), or mocks and hounds somebody (harassment). Each such sentence is a flag with that reason. The measure is harm to
    someone and not vocabulary: a swear word at a thing, a killed process, a quotation that is reported or condemned, a line of a novel and what
    friends say to each other do not count; masked spelling is read.

    Where no rule is met, the model says how probable harm is. From `likely` on that is the score, and the sentence that speaks most for it is a flag
    with the reason `likely`. Both know English best, then German, French, Spanish and Italian, and find most of the harm and not all of it
    (docs/toxicity.md): `score.guard` asks a model that answers in words, and `classifier` one that scores texts by category (openai-moderation,
    onnx-classifier, detoxify, perspective, or a plug-in's).

    With a classifier `scores.<into>` is the highest score of a category that counts, in any text of the row. A text whose score of a category is at
    least its threshold is a flag with the reason that content/classifiers.yaml has for it, and the model's own name of it in the detail.
    `passage` cuts long texts for models that take few tokens, and narrows flags down.
    """

    categories: list[Category] = Field(list(get_args(Category)), min_length=1, description="Kinds of harm that count.")
    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are read. Default: all.")
    into: str = Field("toxicity", min_length=1, description="Name of the score.")
    likely: float = Field(LIKELY_FROM, gt=0, le=1, description="From which probability what no rule names counts as `likely`; 1: never.")
    classifier: ClassifierRole | None = Field(None, description="Role of the classifier that is asked in place of the rules.")
    threshold: float = Field(0.5, ge=0, le=1, description="From which score of a classifier on a category counts.")
    thresholds: dict[str, float] = Field(
        default_factory=dict, description="The same for single categories, by the classifier's own names; one that is otherwise no harm counts, too."
    )

    passage: PositiveInt | None = Field(
        None, description="Most words that the classifier is shown at once, in whole sentences. Default: each text whole."
    )

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop] | Coroutine[Any, Any, list[Row | Drop]]:
        """The row with its flags."""
        return self._ruled(row) if self.classifier is None else self._classified(row, ctx, self.classifier)

    def check(self) -> list[str]:
        """Thresholds that nothing has, and those that are none."""
        given = [name for name in ("threshold", "thresholds", "passage") if name in self.model_fields_set] if self.classifier is None else []
        wrong = [f"The threshold of {name!r} is {value:g}; scores run from 0 to 1." for name, value in self.thresholds.items() if not 0 <= value <= 1]
        asked = self.classifier is not None and "likely" in self.model_fields_set
        unused = ["`likely` is of the model beside the rules, and a `classifier` is asked in their place."] if asked else []
        return [f"`{name}` is of a classifier's scores, and no `classifier` is given." for name in given] + unused + wrong

    def _ruled(self, row: Row) -> Iterator[Row | Drop]:
        likely = self.likely if LIKELY in self.categories else 1
        flags = [
            Flag("toxicity", one.category, _told(one, part.text), one.score, part.path, (one.start, one.end))
            for part in parts(row.data, self.columns_) for one in harms(part.text, likely) if one.category in self.categories
        ]  # fmt: skip
        yield self.told(row, {self.into: max((flag.score for flag in flags), default=0)}, flags)

    async def _classified(self, row: Row, ctx: Context, model: str) -> list[Row | Drop]:
        texts = [part for part in parts(row.data, self.columns_) if part.text.strip()]
        said = [(part, *span) for part in texts for span in ([(0, len(part.text))] if self.passage is None else pieces(part.text, self.passage))]
        found = await ctx.classify([part.text[start:end] for part, start, end in said], model=model) if said else []
        flags, highest = list[Flag](), 0.0
        for (part, start, end), scores in zip(said, found, strict=True):
            counted = self._counted(scores)
            highest = max(highest, *(score for _, _, score in counted), 0.0)
            flags += _flags(part, start, end, [one for one in counted if one[2] >= self.thresholds.get(one[1], self.threshold)])
        return [self.told(row, {self.into: round(highest, 4)}, flags)]

    def _counted(self, scores: dict[str, float]) -> list[tuple[str, str, float]]:
        """(reason, category, score) of the categories that count, the highest score first.

        Raises:
            Invalid: the classifier has none of them.
        """
        known = classifiers()
        reasons = {name: known.get(name.lower(), name if name in self.thresholds else "") for name in scores}
        if not any(reasons.values()):
            what = f"Step {self.title!r}: its classifier scores {', '.join(sorted(scores))}, and none of these is a harm."
            raise Invalid(what, "Name those that count by `thresholds`, or use a classifier of toxicity.")
        counted = [(reasons[name], name, score) for name, score in scores.items() if reasons[name] in self.categories or name in self.thresholds]
        return sorted(counted, key=lambda one: -one[2])


def _flags(part: Part, start: int, end: int, counted: list[tuple[str, str, float]]) -> list[Flag]:
    """A flag for each reason, with the category of the highest score."""
    first = {reason: (name, score) for reason, name, score in reversed(counted)}
    return [
        Flag("toxicity", reason, f"{name} {score:.2f}: {_excerpt(part.text[start:end])}", round(score, 4), part.path, (start, end))
        for reason, (name, score) in sorted(first.items(), key=lambda one: -one[1][1])
    ]  # fmt: skip


def _told(one: Harm, text: str) -> str:
    said = _excerpt(text[one.start : one.end])
    return f"by no rule, but probable by what was learnt from examples, {one.score:.2f}: {said}" if one.category == LIKELY else said


def _excerpt(sentence: str) -> str:
    said = " ".join(sentence.split())
    return said if len(said) <= 120 else f"{said[:117]}..."
