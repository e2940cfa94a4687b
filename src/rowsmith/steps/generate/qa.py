"""Question-and-answer pairs from a text, as many as its length allows.

The number follows the text: max(1, int(tokens / 300 * density)), at most `max_pairs`.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.fences import Fence
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import mark_of
from rowsmith.steps.request import blank, messages, pick, prompt_problems, text_of, variables

TOKENS_A_PAIR = 300
"""Tokens of text for one pair at density 1."""
CHARACTERS_A_TOKEN = 4
"""How tokens are estimated where no chunk step has counted them."""
PAIR = {
    "type": "object",
    "properties": {"input": {"type": "string"}, "answer": {"type": "string"}},
    "required": ["input", "answer"],
    "additionalProperties": False,
}
SCHEMA = {"type": "object", "properties": {"pairs": {"type": "array", "items": PAIR}}, "required": ["pairs"], "additionalProperties": False}
"""No bounds on the list: a text may hold fewer facts than pairs asked, and pairs beyond the number are left in the raw answer."""
GIVES = ("count", "text", "language", "domain", "style", "mark")


class Qa(Step):
    """Asks a model, once for each row, for question-and-answer pairs that rest on the row's text.

    The text is fenced off as data: {{ text }} stands between lines with a {{ mark }} that is derived from it. Where no prompt names the mark, a
    sentence below says what the lines mean.

    Makes rows with `input` and `answer`. A pair with a blank side is not taken. A row whose text is blank is dropped (`empty_text`).
    """

    makes: ClassVar[bool] = True
    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    column: Column = Field("text", description="Column that holds the text; the prompt knows it as {{ text }}.")
    density: Annotated[float, Field(ge=0.1, le=10)] = Field(
        1.0, description="Pairs for every 300 tokens of text (tokens as the chunk step counted them, else characters / 4); always at least one."
    )
    max_pairs: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="Most pairs asked of one text.")
    language: str = Field("the language of the text", min_length=1, description="Language of the pairs: {{ language }}.")
    domain: str = Field("general", min_length=1, description="Subject of the texts: {{ domain }}.")
    style: Literal["sentences", "short"] = Field("sentences", description="Answers in full sentences, or as short as can be: {{ style }}.")
    context: bool = Field(False, description="Whether each pair carries its text in a column `context`.")
    forward: list[Column] = Field(default_factory=list, description="Columns of the text's row that each pair carries too.")
    prompt: PromptText = Field(shipped("qa"), min_length=1, description="What is asked. It or `system` must use {{ text }} and {{ count }}.")
    system: PromptText = Field(shipped("qa_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("writer", description="Role of the model that writes.")

    def count(self, row: Row) -> int:
        """Pairs asked of the row; 0 for a blank text."""
        text = row.data.get(self.column)
        if blank(text):
            return 0
        asked = max(1, int(_tokens(row, text) / TOKENS_A_PAIR * self.density))
        return min(asked, self.max_pairs or asked)

    async def rows(self, row: Row, ctx: Context) -> list[New | Drop]:
        """One call for all wanted pairs."""
        text = text_of(row, self.column)
        if blank(text):
            return [Drop("empty_text", f"Column {self.column!r} is blank.")]
        carried = pick(row, self.forward) | ({"context": text} if self.context else {})
        wanted = list(ctx.wanted)
        scope = self._scope(row, text, len(wanted))
        told = "mark" in (variables(self.prompt, self.system) or ())
        more = [] if told else [ctx.render(shipped("fence"), scope)]
        request = await messages(ctx, self.system, self.prompt, scope, more, fence=Fence({("text",): "text"}, scope["mark"]))
        answer = await ctx.ask(request, model=self.model, schema=SCHEMA, prompt=self.prompt)
        pairs = [pair for pair in answer.value["pairs"] if not blank(pair["input"]) and not blank(pair["answer"])]
        if not pairs:
            raise RowFailed("no_pairs", "The model returned no pair with both a question and an answer.")
        return [New({**carried, "input": pair["input"], "answer": pair["answer"]}, index=i) for i, pair in zip(wanted, pairs, strict=False)]

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        return frozenset({"input", "answer", *self.forward, *(["context"] if self.context else [])})

    def check(self) -> list[str]:
        used = variables(self.prompt, self.system)
        given = [name for name in ("language", "domain", "style") if name in self.model_fields_set]
        problems = [] if used is None else prompt_problems(used, ("text", "count"), given, GIVES)
        own = {"input", "answer", *(["context"] if self.context else [])}
        return problems + [f"Column {name!r} cannot be carried over: the pairs have one of that name." for name in self.forward if name in own]

    def _scope(self, row: Row, text: str, count: int) -> dict[str, Any]:
        style = shipped(f"qa_style_{self.style}")
        given = {"text": text, "mark": mark_of({"text": text}), "count": count}
        return {**row.scope, **given, "language": self.language, "domain": self.domain, "style": style}


def _tokens(row: Row, text: Any) -> float:
    chunk = row.origin.get("chunk")
    counted = chunk.get("tokens") if isinstance(chunk, dict) else None
    if isinstance(counted, int | float) and not isinstance(counted, bool):
        return counted
    return len(text) / CHARACTERS_A_TOKEN if isinstance(text, str) else 0
