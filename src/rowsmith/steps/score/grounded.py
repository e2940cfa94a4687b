"""How much of an answer stands in its source: word for word, and sentence by sentence whether the source bears it out."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field, PositiveInt

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import Part, parts
from rowsmith.core.step import ClassifierRole, Column, ModelRole, PromptText
from rowsmith.steps.checking import Asking
from rowsmith.steps.entailing import doubt
from rowsmith.steps.evidence import Verdict, entailed, judged, passages, schema
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, prompt_problems, text_of, variables
from rowsmith.steps.sentences import sentences
from rowsmith.steps.words import words

GIVES = ("record", "sentences", "mark")
Told = tuple[Part, int, int]
"""A sentence: the text that holds it, and where."""


class Grounded(Asking):
    """Scores how far a source bears an answer out, and flags the sentences that it does not: without a model, or as a model sees it.

    `scores.<into>` in [0, 1]: the share of the answer's words that lie in runs of at least `run` words found one after the other in the
    source; an answer shorter than `run` counts as a whole or not at all. `scores.<into>_exact`: whether the whole answer is a piece of the
    source, character for character. Case, punctuation and compatibility forms (NFKC) do not matter for the words; in scripts without spaces
    every character is a word. These two measure quoting, not truth: a right answer in words of its own scores low.

    `scores.<into>_supported` in [0, 1]: the share of the answer's sentences that nothing speaks against; each other one is a flag
    `unsupported`, whose detail says why: a number that the source has not in any unit or writing and that follows from none of its own by plain
    arithmetic; a name that it has not; a sentence that denies what it says, or claims all, or as a fact, where it does not (absolute); two things
    that have changed places (swapped); too few of the sentence's words in the source (unheard). It reads no meaning: an answer that is right in
    wholly other words is flagged, and a wrong one in the source's words may pass. English, German, French, Spanish; elsewhere numbers, names and
    words alone.

    With `model`, that model is asked in one call which of the sentences the source bears out, and to quote it for each; what it quotes has to stand
    in the source word for word, else the sentence is flagged all the same (detail: judged, unquoted, silent). With `classifier`, a model of natural
    language inference tells for each sentence whether a passage of the source entails it (contradicted, neutral). The figures for quoting stay.

    Answers are read in every shape (`answer`, `response`, the turns of an assistant; a rejected answer is none); the source is `text` or
    `context`, or what tools said.
    """

    column: Column | None = Field(None, description="Column that holds the answer. Default: the answers of the row, whatever its shape.")
    against: str = Field("", description="Column that holds the source text. Default: `text`, or `context` where there is no `text`.")
    run: PositiveInt = Field(3, description="Fewest words in a row that count as quoted.")
    least: float = Field(0.4, ge=0, le=1, description="Share of a sentence's words (function words left out) that must stand in the source.")
    missing: Literal["fail", "pass"] = Field("fail", description="What a row without answer or source does: it fails, or goes on without a score.")
    into: str = Field("grounded", min_length=1, description="Name of the score.")
    model: ModelRole | None = Field(None, description="Role of the model that judges the sentences in place of the rules.")
    prompt: PromptText = Field(
        shipped("grounding"), min_length=1, description="What `model` is asked. It or `system` must use {{ record }} and {{ sentences }}."
    )
    system: PromptText = Field(shipped("grounding_system"), description="The system prompt; empty for none.")
    classifier: ClassifierRole | None = Field(
        None, description="Role of the classifier (NLI) that judges the sentences in place of the rules: it tells `entailment` of pairs of texts."
    )
    sure: float = Field(0.5, ge=0, le=1, description="From which score of the classifier on a sentence is borne out.")
    passage: PositiveInt = Field(150, description="Most words of the source that the classifier is shown at once, in whole sentences.")

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop] | Coroutine[Any, Any, list[Row | Drop]]:
        """The row with its three scores and its unsupported sentences."""
        return self._ruled(row) if self.shape == "row" else self._asked(row, ctx)

    def check(self) -> list[str]:
        """An answer that would be measured against itself, settings of a way that is not taken, and prompts that cannot show the record."""
        column = self.column or "answer"
        problems = [f"`column` and `against` are both {column!r}; name the column of the source text."] if self.against == column else []
        if self.model is not None and self.classifier is not None:
            problems.append("`model` and `classifier` are two ways to judge a sentence; give one of them.")
        ways = {"model": ("prompt", "system"), "classifier": ("sure", "passage")}
        idle = [(name, way) for way, names in ways.items() if getattr(self, way) is None for name in names if name in self.model_fields_set]
        problems += [f"`{name}` is of the way by `{way}`, and none is given." for name, way in idle]
        if "least" in self.model_fields_set and self.shape == "asking":
            problems.append("`least` is of the rules, which judge no sentence where a model is asked.")
        used = variables(self.prompt, self.system)
        problems += altered("record", self.prompt, self.system) if self.model is not None else []
        return problems + ([] if used is None or self.model is None else prompt_problems(used, ("record", "sentences"), [], GIVES))

    def _ruled(self, row: Row) -> Iterator[Row | Drop]:
        if (read := self._read(row)) is None:
            yield row
            return
        said, told, source = read
        found = [doubt(part.text[start:end], source, self.least) for part, start, end in told]
        verdicts = [Verdict(one is None, f"{one.reason}: {one.detail}" if one else "") for one in found]
        yield self._told(row, said, source, told, verdicts)

    async def _asked(self, row: Row, ctx: Context) -> list[Row | Drop]:
        if (read := self._read(row)) is None:
            return [row]
        said, told, source = read
        if not told or not source.strip():
            verdicts = [Verdict(False, "silent: the source is empty")] * len(told)
        elif self.classifier is not None:
            verdicts = await self._entailed(ctx, self.classifier, told, source)
        else:
            verdicts = await self._judged(row, ctx, told, source)
        return [await asyncio.to_thread(self._told, row, said, source, told, verdicts)]

    async def _judged(self, row: Row, ctx: Context, told: Sequence[Told], source: str) -> list[Verdict]:
        shown = {"source": source, **{f"sentence {number}": part.text[start:end] for number, (part, start, end) in enumerate(told, 1)}}
        mark = mark_of(shown)
        scope = {**row.scope, "record": fenced(shown, mark), "sentences": f"1 to {len(told)}" if len(told) > 1 else "1", "mark": mark}
        request = await messages(ctx, self.system, self.prompt, scope)
        assert self.model is not None
        answer = await ctx.ask(request, model=self.model, schema=schema(len(told)), prompt=self.prompt)
        return judged(answer.value, len(told), source)

    async def _entailed(self, ctx: Context, model: str, told: Sequence[Told], source: str) -> list[Verdict]:
        given = passages(source, self.passage)
        pairs = [(one, part.text[start:end].strip()) for part, start, end in told for one in given]
        found = await ctx.classify(pairs, model=model)
        return [entailed(found[at : at + len(given)], self.sure) for at in range(0, len(found), len(given))]

    def _told(self, row: Row, said: Sequence[Part], source: str, told: Sequence[Told], verdicts: Sequence[Verdict]) -> Row | Drop:
        answer = "\n".join(part.text for part in said)
        exact = bool(answer.strip()) and all(part.text.strip() in source for part in said)
        flags = [
            Flag("grounding", "unsupported", verdict.detail, verdict.score, part.path, (start, end))
            for (part, start, end), verdict in zip(told, verdicts, strict=True) if not verdict.supported
        ]  # fmt: skip
        scores = {self.into: support(answer, source, self.run), f"{self.into}_exact": exact}
        return self.told(row, {**scores, f"{self.into}_supported": round(1 - len(flags) / len(told), 4) if told else 0.0}, flags)

    def _read(self, row: Row) -> tuple[list[Part], list[Told], str] | None:
        """The texts of the answer, its sentences, and the source; None where the row lacks one and may.

        Raises:
            RowFailed: it lacks one and may not.
        """
        try:
            said, source = self._answers(row), self._source(row)
        except RowFailed as lacking:
            if self.missing == "fail" or lacking.reason != "missing_column":
                raise
            return None
        return said, [(part, *span) for part in said for span in sentences(part.text, 0, len(part.text))], source

    def _answers(self, row: Row) -> list[Part]:
        name = self.column or ("answer" if "answer" in row.data else None)
        if name is not None:
            if self.column is None and isinstance(row.data[name], list | dict):
                return [part for part in parts(row.data, [name]) if part.role == "answer"]
            return [Part(name.replace("\\", "\\\\").replace(".", "\\."), "answer", text_of(row, name))]
        said = [part for part in parts(row.data) if part.role == "answer" and part.path != "reasoning" and ".tool_calls." not in part.path]
        if not said:
            raise RowFailed("missing_column", "The row has no answer; name its column with `column`.")
        return said

    def _source(self, row: Row) -> str:
        if name := self.against or ("text" if "text" in row.data and self.column != "text" else ""):
            return text_of(row, name)
        found = [part.text for part in parts(row.data) if part.role == "context"]
        if not found:
            raise RowFailed("missing_column", "The row has neither `text` nor `context`; name the column of the source text with `against`.")
        return "\n".join(found)


def support(answer: str, source: str, run: int) -> float:
    """The share, in [0, 1], of the answer's words within runs of at least `run` words that follow each other in the source.

    0 for an answer without words. Time and memory grow with the sum of both lengths.
    """
    said = words(answer)
    if not said:
        return 0.0
    length = min(run, len(said))
    known = _runs(source, length)
    covered = end = 0
    for start in range(len(said) - length + 1):
        if tuple(said[start : start + length]) in known:
            covered += start + length - max(start, end)
            end = start + length
    return covered / len(said)


@lru_cache(maxsize=16)
def _runs(source: str, length: int) -> frozenset[tuple[str, ...]]:
    # Rows made from one text come one after the other: its runs are kept for the next.
    found: Sequence[str] = words(source)
    return frozenset(zip(*(found[place:] for place in range(length)), strict=False))
