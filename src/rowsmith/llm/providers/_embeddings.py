"""The /embeddings of OpenAI, as many servers speak it beside their chat completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.providers import WriteTexts

OWN = {"model", "input", "dimensions"}
"""Fields that have a setting: not taken from `extra`."""


class Embeddings:
    """The part of a provider that gives embeddings (llm.providers.Embeds); its `url` is that of the chat completions beside them."""

    def url(self, model: Model) -> str:
        """See Provider."""
        raise NotImplementedError

    def embed_url(self, model: Model) -> str:
        """See Embeds."""
        at = urlsplit(self.url(model))
        return urlunsplit(at._replace(path=f"{at.path.removesuffix('/chat/completions')}/embeddings"))

    def embed_body(self, model: Model) -> WriteTexts:
        """See Embeds. Vectors are asked for in base64, a third of the size of digits; a server that gives numbers all the same is understood."""
        if taken := sorted(OWN & model.extra.keys()):
            raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Use the setting of that name; extra is for fields that have none.")
        given = {} if model.dimensions is None else {"dimensions": model.dimensions}
        fixed = {"encoding_format": "base64", **model.extra, **given, "model": model.name}

        def write(texts: Sequence[str]) -> dict[str, Any]:
            return {**fixed, "input": list(texts)}

        return write
