"""What a model says for the sentences of an answer: quotes that have to stand in the source, and entailment by its passages.

Source of the latter: Laban et al., "SummaC: Re-Visiting NLI-based Models for Inconsistency Detection in Summarization", TACL 2022 (each sentence by
the passage that entails it most).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rowsmith.core.errors import Invalid
from rowsmith.steps.sentences import sentences
from rowsmith.steps.words import words

ENTAILS = ("entailment", "entail", "entails")
AGAINST = ("contradiction", "contradict", "contradicts")
FEWEST = 3
"""Words of a quote."""
_GAP = re.compile(r"\s*(?:\.\.\.+|…|\[…\]|\[\.\.\.\])\s*")


class Verdict(NamedTuple):
    """Whether a sentence is borne out; `detail` says why not, or by what."""

    supported: bool
    detail: str
    score: float = 1.0


def schema(count: int) -> dict[str, Any]:
    """What a judge of `count` sentences answers: for each the quote first, so that the verdict follows from it."""
    one = {
        "type": "object",
        "properties": {
            "sentence": {"type": "integer", "minimum": 1, "maximum": count}, "quote": {"type": "string"}, "supported": {"type": "boolean"},
        },
        "required": ["sentence", "quote", "supported"],
        "additionalProperties": False,
    }  # fmt: skip
    every = {"type": "array", "items": one, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"verdicts": every}, "required": ["verdicts"], "additionalProperties": False}


def judged(value: Mapping[str, Any], count: int, source: str) -> list[Verdict]:
    """The verdicts on `count` sentences: no quote that stands in the source, no support. Of two on one sentence the worse holds."""
    found: dict[int, Verdict] = {}
    for one in value["verdicts"]:
        verdict = _judged(one["supported"], one["quote"], source)
        if (before := found.get(one["sentence"])) is None or before.supported:
            found[one["sentence"]] = verdict
    return [found.get(number, Verdict(False, "silent: the model gave no verdict")) for number in range(1, count + 1)]


def _judged(supported: bool, quote: str, source: str) -> Verdict:
    if not supported:
        return Verdict(False, f"judged: the source says: {_short(quote)}" if quote.strip() else "judged: the source does not say it")
    if not quoted(quote, source):
        return Verdict(False, f"unquoted: not in the source: {_short(quote)}" if quote.strip() else "unquoted: the model quotes nothing")
    return Verdict(True, quote)


def quoted(quote: str, source: str) -> bool:
    """Whether a quote stands in the source word for word; parts between dots (...) one after the other. Fewer than three words are none, but
    where the source has no more.

    >>> quoted("The Sky ... is blue", "Look: the sky, of course, is blue.")
    True
    """
    there = words(source)
    pieces = [found for piece in _GAP.split(quote) if (found := words(piece))]
    if sum(map(len, pieces)) < min(FEWEST, len(there)) or not pieces:
        return False
    at, text = 0, f" {' '.join(there)} "
    for piece in pieces:
        said = f" {' '.join(piece)} "
        if (place := text.find(said, at)) < 0:
            return False
        at = place + len(said) - 1
    return True


def pieces(text: str, most: int) -> list[tuple[int, int]]:
    """A text cut between sentences into pieces of at most `most` words each where no sentence is longer: [start, end)."""
    found: list[tuple[int, int]] = []
    size = most
    for start, end in sentences(text, 0, len(text)):
        words_ = len(text[start:end].split())
        if size + words_ > most or not found:
            found.append((start, end))
            size = words_
        else:
            found[-1] = (found[-1][0], end)
            size += words_
    return found


def passages(source: str, most: int) -> list[str]:
    """The source in passages of whole sentences, of at most `most` words each where no sentence is longer; each begins in the middle of the one
    before, so that what stands together is seen together."""
    spans = list(sentences(source, 0, len(source)))
    sizes = [len(source[start:end].split()) for start, end in spans]
    return list(dict.fromkeys(_passages(source, spans, sizes, most))) or [source]


def _passages(source: str, spans: Sequence[tuple[int, int]], sizes: Sequence[int], most: int) -> Iterator[str]:
    first = 0
    while first < len(spans):
        last, size = first + 1, sizes[first]
        while last < len(spans) and size + sizes[last] <= most:
            size += sizes[last]
            last += 1
        yield source[spans[first][0] : spans[last - 1][1]]
        if last == len(spans):
            return
        first = max(first + 1, (first + last) // 2)


def entailed(scores: Sequence[Mapping[str, float]], sure: float) -> Verdict:
    """The verdict on one sentence by what a model says of it beside each passage.

    Raises:
        Invalid: the model has no category for what is entailed.
    """
    best = max(scores, key=lambda one: score_of(one, ENTAILS))
    yes = score_of(best, ENTAILS)
    no = max((one.get(name, 0.0) for one in map(_lower, scores) for name in AGAINST), default=0.0)
    if yes >= sure:
        return Verdict(True, f"entailed {yes:.2f}", yes)
    return Verdict(False, f"contradicted: {no:.2f}" if no >= sure else f"neutral: entailed by no passage, {yes:.2f} at most", round(1 - yes, 4))


def score_of(scores: Mapping[str, float], names: Sequence[str]) -> float:
    """The score of the category that has one of these names."""
    lower = _lower(scores)
    if (found := next((lower[name] for name in names if name in lower), None)) is None:
        what = f"The classifier tells {', '.join(sorted(scores))} apart, and no {names[0]}."
        raise Invalid(what, "Use a model of natural language inference (NLI) whose config.json names entailment, or name another check.")
    return found


def _lower(scores: Mapping[str, float]) -> dict[str, float]:
    return {name.lower(): score for name, score in scores.items()}


def _short(quote: str) -> str:
    said = " ".join(quote.split())
    return said if len(said) <= 120 else f"{said[:117]}..."
