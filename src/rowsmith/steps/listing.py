"""Short texts that a model lists, each said once: what it gives twice, in whatever spelling, is left out, and others are asked for in its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.models import ModelChoice
from rowsmith.core.ports import Context
from rowsmith.steps.request import messages

_NUMBERED = re.compile(r"^\s*(?:[-*•+]|\(?\d{1,4}[.)])\s+")
_NO_LETTER = re.compile(r"[\W_]+")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of an answer that lists texts. Without bounds: one that names fewer is not refused, the rest is asked for."""
    listed = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "properties": {name: listed}, "required": [name], "additionalProperties": False}


def plain(text: str) -> str:
    """A text as it is compared: without case, width, accents on the case of letters, punctuation and spaces."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


class Listing:
    """What has been named so far; `known` must not be named again."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.found: list[str] = []
        self._seen = {plain(text) for text in known}

    def take(self, said: Iterable[str], most: int) -> None:
        """Add what has not been named yet, on one line, without a number or bullet before it."""
        for raw in said:
            text = _NUMBERED.sub("", " ".join(raw.split()))
            if len(self.found) < most and plain(text) and plain(text) not in self._seen:
                self._seen.add(plain(text))
                self.found.append(text)


async def listed(
    ctx: Context, name: str, prompts: tuple[str, str], scope: Mapping[str, Any], model: ModelChoice, *, more: Sequence[str] = (),
    known: Iterable[str] = (), asks: int = 3,
) -> list[str]:  # fmt: skip
    """As many different texts as rows are wanted, fewer where the model has not more to say; `name` is what its answer calls them, `prompts` the
    system's and the user's. At most `asks` questions.

    Raises:
        RowFailed: `empty`, it named none; or as `ctx.ask`.
    """
    system, user = prompts
    wanted, found = len(ctx.wanted), Listing(known)
    for _ in range(asks):
        lacking = wanted - len(found.found)
        again = [ctx.render(shipped("others"), {"count": lacking, "known": "\n".join(f"- {text}" for text in found.found)})] if found.found else []
        request = await messages(ctx, system, user, {**scope, "count": lacking}, [*more, *again])
        before = len(found.found)
        answer = await ctx.ask(request, model=model, schema=schema(name), prompt=user)
        found.take(answer.value[name], wanted)
        if len(found.found) in (wanted, before):
            break
    if not found.found:
        raise RowFailed("empty", f"The model named no {name} that was not there already.")
    return found.found
