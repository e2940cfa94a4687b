"""Models that classify: they score texts by category and say nothing else.

They are asked as models that answer are, through the same gate. Each text is a message of its own, and what is given beside it (a pair) the first of
the message's two parts; the answer is a JSON list with an object of scores for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import orjson

from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.embedding_form import NEVER
from rowsmith.llm.providers import Provider, Reply

Classes = dict[str, float]
"""The categories of a text, each with its score from 0 to 1."""
Pair = str | tuple[str, str]
"""A text; or what is given, and what is said of it."""


def most_texts(provider: Provider, model: Model) -> int:
    """The most texts that one request to this classifier takes.

    Raises:
        Invalid: the model is no classifier, or a setting means nothing to one.
    """
    most: int = getattr(provider, "classifies", 0)
    if not most:
        fix = "Use a model of openai-moderation, onnx-classifier, detoxify or perspective; score.guard asks a model that answers in words."
        raise Invalid(f"{model.model} scores no texts by category.", fix)
    if said := sorted((NEVER | {"dimensions"}) & model.model_dump(exclude_defaults=True).keys()):
        raise Invalid(f"{', '.join(said)} means nothing to a classifier, and {model.model} is one.", f"Leave {', '.join(said)} out.")
    return min(most, model.texts_per_request)


def answers(provider: Provider, model: Model) -> None:
    """Make sure that a model answers in words.

    Raises:
        Invalid: it is a classifier.
    """
    if getattr(provider, "classifies", 0):
        what = f"{model.model} scores texts by category and answers no questions."
        raise Invalid(what, "Give it to a step by the setting `classifier`, and this one another model.")


def messages(texts: Sequence[Pair]) -> list[dict[str, Any]]:
    """Texts as messages."""
    return [{"role": "user", "content": text if isinstance(text, str) else [{"type": "text", "text": one} for one in text]} for text in texts]


def texts(said: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """Messages as texts again: what a provider makes its request of."""
    found: list[Pair] = []
    for message in said:
        content = message["content"]
        found.append(content if isinstance(content, str) else (content[0]["text"], content[1]["text"]))
    return found


def single(said: Sequence[Mapping[str, Any]], model: Model) -> list[str]:
    """The same for a provider that takes no pairs.

    Raises:
        Invalid: there is one.
    """
    found = texts(said)
    if pair := next((one for one in found if not isinstance(one, str)), None):
        fix = "Use a model of onnx-classifier that was made for pairs (NLI)."
        raise Invalid(f"{model.model} reads one text at a time, and is given a pair, which begins with {pair[0][:40]!r}.", fix)
    return [one for one in found if isinstance(one, str)]


def reply(found: Sequence[Mapping[str, Any]], usage: Usage | None = None) -> Reply:
    """The answer of a classifier, with the scores of each text."""
    return Reply(orjson.dumps([dict(one) for one in found]).decode(), "stop", usage=usage or Usage())


def read(answer: str, count: int) -> list[Classes]:
    """The scores of `count` texts in an answer.

    Raises:
        Invalid: it holds none, those of another number of texts, or one that is no number from 0 to 1.
    """
    found = orjson.loads(answer)
    if len(found) != count:
        raise Invalid(f"The classifier gave scores for {len(found)} of {count} texts.", "")
    for one in found:
        if wrong := next((name for name, score in one.items() if not _is_score(score)), None):
            raise Invalid(f"The classifier's score of {wrong!r} is {one[wrong]!r}, and no number from 0 to 1.", "")
    return [{str(name): float(score) for name, score in one.items()} for one in found]


def _is_score(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and -1e-6 <= value <= 1 + 1e-6
