"""Which of two answers models prefer, asked in both orders; by one model or several, asked once or several times.

Sources of the method: Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", arXiv 2306.05685, 3.4 (pairwise comparison: an
answer wins when it is preferred in both orders); Wang et al., "Large Language Models are not Fair Evaluators", arXiv 2305.17926 (what the
order does); Verga et al., "Replacing Judges with Juries", arXiv 2404.18796 (several judges).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.calls import Answer
from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag, flagged
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.combining import DISAGREEMENT
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

GIVES = ("record", "criteria", "mark")
_CHOICES = {"1": 1, "2": 2, "tie": 0}
_SCHEMA = {
    "type": "object", "properties": {"reason": {"type": "string"}, "better": {"enum": list(_CHOICES)}}, "required": ["reason", "better"],
    "additionalProperties": False,
}  # fmt: skip


class Preference(Step):
    """Asks a model twice which of two columns is better, with each of them in the first place once, and passes the row on with `scores.<into>`:

        {"better": "second", "picked": [2, 1], "reasons": ["...", "..."], "by": ["openai/gpt-4o"], "words": [12, 31]}

    `better` is `first` or `second` (the setting whose column it is) where both orders agree, else `tie`. `picked` are the places that were chosen,
    0 for none: first when `first` stood first, then when `second` did. So [1, 1] and [2, 2] tell of a judge that went by the place. `words` are
    those of `first` and of `second`. Columns that say the same are a tie, and nobody is asked.

    With several judges or draws each gives a verdict in this way: `better` is the verdict that most give (a tie where two are given as often),
    `picked` and `reasons` are those of all, one after another, and beside them stand `apart`, the share of verdicts that differ from `better`,
    `agreed`, and `judgements`, what each said; a row of which `disagree` of the verdicts or more are apart is not agreed on, and flagged
    (`disagreement`). A row for which a usable answer is lacking fails with the call's reason, or passes without a score when `required` is false.
    What the row says is fenced off as data; the fence is derived from the row's content, so the row cannot close it.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    first: Column = Field("chosen", min_length=1, description="Column with one of the two answers.")
    second: Column = Field("rejected", min_length=1, description="Column with the other one.")
    task: list[Column] | None = Field(None, description="Columns that the judge sees as the task. Default: all but those two.")
    criteria: PromptText = Field(shipped("preference_criteria"), min_length=1, description="What makes an answer the better one, in your words.")
    into: str = Field("preference", min_length=1, description="Name of the score.")
    required: bool = Field(True, description="Whether a row that cannot be judged fails; if not, it passes without a score.")
    prompt: PromptText = Field(
        shipped("preference"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ criteria }}."
    )
    system: PromptText = Field(shipped("preference_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that judges.")
    also: list[ModelRole] = Field([], max_length=20, description="Roles of further models, each of which judges the pair as well.")
    draws: Annotated[int, Field(ge=1, le=20)] = Field(1, description="How often each judge is asked; above 1 its temperature should be, too.")
    disagree: Annotated[float, Field(gt=0, le=1)] = Field(0.5, description="Share of verdicts that differ, from which on a row is flagged.")

    @property
    def questions(self) -> int:
        """One for each order, judge and draw."""
        return 2 * (1 + len(self.also)) * self.draws

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """Two calls for each judge and draw, or none."""
        answers = pick(row, [self.first, self.second])
        one, two = answers[self.first], answers[self.second]
        task = {name: value for name, value in row.data.items() if name not in answers} if self.task is None else pick(row, self.task)
        words = [_words(one), _words(two)]
        if one == two:
            return [row.with_scores({self.into: {"better": "tie", "picked": [], "reasons": [], "by": [], "words": words}})]
        said = []
        try:
            for role in (self.model, *self.also):
                for _ in range(self.draws):
                    said.append(_verdict([await self._asked(row, ctx, task, pair, role) for pair in ((one, two), (two, one))]))
        except RowFailed:
            if self.required:
                raise
            return [row]
        verdict = {**_combined(said, self.disagree), "words": words}
        judged = row.with_scores({self.into: verdict})
        return [judged if verdict.get("agreed", True) else flagged(judged, [self._disagreement(verdict)])]

    def check(self) -> list[str]:
        used = variables(self.prompt, self.system)
        same = [f"`first` and `second` are both the column {self.first!r}; name two."] if self.first == self.second else []
        same += altered("record", self.prompt, self.system)
        roles = [role for role in (self.model, *self.also) if isinstance(role, str)]
        same += ["A judge is named twice; ask one several times by `draws`."] if len(set(roles)) < len(roles) else []
        if self.questions == 2 and "disagree" in self.model_fields_set:
            same.append("`disagree` changes nothing with one judge and one draw.")
        return same + ([] if used is None else prompt_problems(used, ("record", "criteria"), (), GIVES))

    async def _asked(self, row: Row, ctx: Context, task: dict[str, Any], answers: tuple[Any, Any], role: ModelRole) -> Answer:
        shown = {**{f"task: {name}": value for name, value in task.items()}, "answer 1": answers[0], "answer 2": answers[1]}
        mark = mark_of(shown)
        given = {"record": fenced(shown, mark), "criteria": await ctx.rendered(self.criteria, row.scope), "mark": mark}
        request = await messages(ctx, self.system, self.prompt, {**row.scope, **given})
        return await ctx.ask(request, model=role, schema=_SCHEMA, prompt=self.prompt)

    def _disagreement(self, verdict: dict[str, Any]) -> Flag:
        return Flag(self.title, DISAGREEMENT, ", ".join(f"{one['by']} {one['better']}" for one in verdict["judgements"]), verdict["apart"])


def _words(answer: Any) -> int:
    return len((answer if isinstance(answer, str) else str(answer)).split())


def _verdict(said: Sequence[Answer]) -> dict[str, Any]:
    """What one judge says, asked in both orders."""
    picked = [_CHOICES[answer.value["better"]] for answer in said]
    better = {(1, 2): "first", (2, 1): "second"}.get((picked[0], picked[1]), "tie")
    by = list(dict.fromkeys(answer.model for answer in said))
    return {"better": better, "picked": picked, "reasons": [answer.value["reason"] for answer in said], "by": by}


def _combined(said: Sequence[dict[str, Any]], disagree: float) -> dict[str, Any]:
    """The verdict of one, or of several."""
    if len(said) == 1:
        return dict(said[0])
    counts = Counter(one["better"] for one in said).most_common()
    better = "tie" if len(counts) > 1 and counts[0][1] == counts[1][1] else counts[0][0]
    apart = round(sum(one["better"] != better for one in said) / len(said), 4)
    return {
        "better": better, "picked": [place for one in said for place in one["picked"]], "reasons": [why for one in said for why in one["reasons"]],
        "by": list(dict.fromkeys(name for one in said for name in one["by"])), "apart": apart, "agreed": apart < disagree,
        "judgements": [{**one, "by": " + ".join(one["by"])} for one in said],
    }  # fmt: skip
