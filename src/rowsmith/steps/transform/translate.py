"""Translates texts of a row into a language, and holds the translation to what may not change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from rowsmith.content import language_name
from rowsmith.content import prompt as shipped
from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import Part
from rowsmith.core.step import PromptText
from rowsmith.steps.request import altered, prompt_problems, variables
from rowsmith.steps.rewriting import Rewriting
from rowsmith.steps.wording import FIXED

GIVES = ("record", "paths", "language", "mark")
_COMMENT = re.compile(r"^(?:#|//|--|/?\*|\"{3})|\s(?:#|//|--)\s")


class Translate(Rewriting):
    """Asks a model to translate the texts of a row, columns and messages alike, and leaves all else as it is; the row keeps its id.

    Code (fenced, and in backticks, but for lines that are comments), addresses, placeholders in braces and the `terms` must stand in the
    translation: where one is lost the model is asked again, at most `asks` times, and then the row is dropped (`not_kept`). `origin.rewritten`
    keeps what the texts were, by path; `old` puts that into columns. To translate back, use two steps.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    language: PromptText = Field(min_length=1, description="Language of the translation, a tag or a name: de, Swiss German, {{ language_name }}.")
    within: list[str] = Field([], description="Texts that are translated: columns, paths or parts (question, answer ...). Default: all but labels.")
    terms: dict[str, str] = Field({}, description="Terms and what they are to be called; one that stands for itself stays: {Rowsmith: Rowsmith}.")
    asks: Annotated[int, Field(ge=1, le=10)] = Field(2, description="Most questions for one row, where something is lost that has to stay.")
    prompt: PromptText = Field(
        shipped("translate"), min_length=1, description="What is asked. It or `system` must use {{ record }}, {{ paths }} and {{ language }}."
    )
    system: PromptText = Field(shipped("translate_system"), description="The system prompt; empty for none.")

    async def rows(self, row: Row, ctx: Context) -> list[Row | Drop]:
        """One call; more where something was lost."""
        found = self.chosen(row)
        spoken = _named(await ctx.rendered(self.language, row.scope))
        there = {name: said for name, said in self.terms.items() if any(_stands(name, part.text) for part in found)}
        listed = "\n".join(f"- {name}: {said}" for name, said in there.items())
        terms = ctx.render(shipped("translate_terms"), {"terms": listed}) if there else ""
        lost: list[str] = []
        for _ in range(self.asks):
            again = ctx.render(shipped("translate_again"), {"lost": "\n".join(lost)}) if lost else ""
            said = await self.written(row, ctx, found, {"language": spoken}, [terms, again])
            lost = list(dict.fromkeys(piece for part in found for piece in _lost(part, said[part.path], there)))
            if not lost:
                return [self.put(row, said)]
        return [Drop("not_kept", f"Not in the translation: {lost[0]}")]

    def meant(self, part: Part) -> bool:
        """Where nothing is named, all but labels, tools and their calls, and references to files."""
        if self.within:
            return super().meant(part)
        path = part.path.split(".")
        return part.role != "label" and path[0] != "tools" and "tool_calls" not in path and path[-1] not in ("file", "media_type", "url")

    def check(self) -> list[str]:
        """Prompts that cannot show what they must, beside what every rewriting checks."""
        problems = super().check() + altered("record", self.prompt, self.system)
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record", "paths", "language"), (), GIVES))


def _named(language: str) -> str:
    """What a language is called, where its tag is given."""
    try:
        return language_name(language.strip())
    except Invalid:
        return language.strip()


def fixed(text: str) -> Iterator[str]:
    """What a translation has to hold as it stands: the lines of fenced code that are no comments, code in backticks, addresses, placeholders.

    >>> list(fixed("Run `make` with {name}."))
    ['make', '{name}']
    """
    for match in FIXED.finditer(text):
        if match["fence"]:
            lines = (line.strip() for line in match["body"].splitlines())
            yield from (line for line in lines if line and not _COMMENT.search(line))
        else:
            yield match["code"] or match["url"] or match["hole"]


def _lost(part: Part, said: str, terms: Mapping[str, str]) -> Iterator[str]:
    yield from (piece for piece in fixed(part.text) if piece not in said)
    yield from (term for name, term in terms.items() if _stands(name, part.text) and term.lower() not in said.lower())


def _stands(term: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE) is not None
