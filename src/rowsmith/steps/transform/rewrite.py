"""Has a model write texts of a row anew, by an instruction."""

from __future__ import annotations

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import PromptText
from rowsmith.steps.request import altered, prompt_problems, variables
from rowsmith.steps.rewriting import WITHIN, Rewriting

GIVES = ("record", "paths", "instruction", "mark")


class Rewrite(Rewriting):
    """Asks a model to rewrite texts of a row by an instruction, and leaves all else as it is; the row keeps its id.

        - kind: transform.rewrite
          within: [question]
          instruction: Say the same as {{ persona }} would say it.

    `within` names columns (`text`), or parts that texts play in a row of whatever shape (`question`: what a user says, in a chat too). All of them
    are asked for in one call and come back under their paths. `origin.rewritten` keeps what they were, by path, as they stood before the first
    rewriting; `old` puts that into columns. A row of which no text has changed is dropped (`unchanged`), one without such a text fails (`no_text`).
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    instruction: PromptText = Field(min_length=1, description="What is to be done, in your words; it may use the row's columns.")
    within: list[str] = Field(["text"], min_length=1, description=WITHIN)
    differs: bool = Field(True, description="Whether a row that comes back as it was is dropped (`unchanged`).")
    prompt: PromptText = Field(
        shipped("rewrite"), min_length=1, description="What is asked. It or `system` must use {{ record }}, {{ paths }} and {{ instruction }}."
    )
    system: PromptText = Field(shipped("rewrite_system"), description="The system prompt; empty for none.")

    async def rows(self, row: Row, ctx: Context) -> list[Row | Drop]:
        """One call."""
        found = self.chosen(row)
        said = await self.written(row, ctx, found, {"instruction": await ctx.rendered(self.instruction, row.scope)})
        changed = {part.path: said[part.path] for part in found if said[part.path].split() != part.text.split()}
        if self.differs and not changed:
            return [Drop("unchanged", f"The model gave {', '.join(said)} as it was.")]
        return [self.put(row, changed)]

    def check(self) -> list[str]:
        """Prompts that cannot show what they must, beside what every rewriting checks."""
        problems = super().check() + altered("record", self.prompt, self.system)
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record", "paths", "instruction"), (), GIVES))
