"""`perspective/v1alpha1`: the Comment Analyzer of Perspective, one text a request. It closes at the end of 2026; use another classifier for anything
new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm import classes
from rowsmith.llm.providers import PLAIN, Reply, Write
from rowsmith.llm.providers._address import address, below, origin
from rowsmith.llm.providers.openai import ChatCompletions
from rowsmith.llm.tolerant import Unreadable, envelope

if TYPE_CHECKING:
    from rowsmith.llm.batch import BatchApi

PLACE = "https://commentanalyzer.googleapis.com"
ATTRIBUTES = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
"""What is asked for: the attributes that all of its languages have."""


class Perspective(ChatCompletions):
    """The provider `perspective`; the model's name is the version of the interface. `extra` may hold `languages` and `requestedAttributes`."""

    classifies = 1

    def __init__(self) -> None:
        super().__init__()
        self.key_env = "PERSPECTIVE_API_KEY"

    def url(self, model: Model) -> str:
        """See Provider."""
        return below(address(model.base_url or PLACE), f"/{model.name}/comments:analyze")

    def models_url(self, model: Model) -> str:
        """It lists none."""
        return ""

    def profile(self, model: Model) -> str:
        """See Provider."""
        return origin(address(model.base_url or PLACE))

    def needs_key(self, model: Model) -> bool:
        """See Provider."""
        return model.base_url is None

    def headers(self, model: Model, key: str) -> dict[str, str]:
        """See Provider. In a header and not in the address, where it would be logged."""
        return {**PLAIN, "X-Goog-Api-Key": key} if key else PLAIN

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        """See Provider; llm.classes refuses what no classifier takes."""
        return {}

    def batch(self, model: Model) -> BatchApi | None:
        """None."""
        return None

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: str) -> Write:
        """See Provider. Nothing that is sent is to be stored there."""
        if taken := sorted({"comment", "doNotStore"} & model.extra.keys()):
            raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Leave it out: the texts of the rows are sent, and are not to be stored.")
        fixed = {"requestedAttributes": {name: {} for name in ATTRIBUTES}, **model.extra, "doNotStore": True}

        def write(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            (text,) = classes.single(messages, model)
            return {"comment": {"text": text}, **fixed}

        return write

    def read(self, raw: bytes) -> Reply:
        """See Provider. The categories are the attributes in lower case."""
        try:
            said = envelope(raw)
            scores = {name.lower(): float(one["summaryScore"]["value"]) for name, one in said["attributeScores"].items()}
        except Unreadable as error:
            return Reply(garbled=f"the reply cannot be read: {error}")
        except (KeyError, TypeError, ValueError, AttributeError):
            return Reply(garbled="the reply holds no attributeScores with a summaryScore")
        return classes.reply([scores]) if scores else Reply(garbled="the reply holds no attributeScores")


PROVIDER = Perspective()
