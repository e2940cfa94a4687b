"""`openai-moderation/NAME`: OpenAI's /moderations, which scores texts by category and costs nothing; any server that speaks it, with its base_url."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm import classes
from rowsmith.llm.providers import Reply, Write
from rowsmith.llm.providers._address import address, below
from rowsmith.llm.providers.openai import ChatCompletions
from rowsmith.llm.tolerant import Unreadable, envelope

if TYPE_CHECKING:
    from rowsmith.llm.batch import BatchApi

MOST = 32
"""Texts that one request takes."""


class OpenAIModeration(ChatCompletions):
    """The provider `openai-moderation`: address, key and errors are OpenAI's."""

    classifies = MOST

    def url(self, model: Model) -> str:
        """See Provider."""
        return below(address(model.base_url or self._usual()), "/moderations")

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        """See Provider; llm.classes refuses what no classifier takes."""
        return {}

    def batch(self, model: Model) -> BatchApi | None:
        """None: what is asked costs nothing."""
        return None

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: str) -> Write:
        """See Provider."""
        if taken := sorted({"model", "input"} & model.extra.keys()):
            raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Leave it out: the texts of the rows are sent, and the model's name.")

        def write(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            return {**model.extra, "model": model.name, "input": classes.single(messages, model)}

        return write

    def read(self, raw: bytes) -> Reply:
        """See Provider. The verdicts that OpenAI draws of its scores are not read: a step has thresholds of its own."""
        try:
            said = envelope(raw)
        except Unreadable as error:
            return Reply(garbled=f"the reply cannot be read: {error}")
        results = said.get("results") if isinstance(said, dict) else None
        found = [one.get("category_scores") for one in results if isinstance(one, dict)] if isinstance(results, list) else []
        if not found or not all(isinstance(one, dict) and one for one in found):
            return Reply(garbled="the reply holds no results with category_scores")
        return classes.reply([{name: score for name, score in one.items() if score is not None} for one in found if one])


PROVIDER = OpenAIModeration()
