"""The playground: one prompt, with the values of its variables or of a row, put to one model. Ask twice to compare two."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.app.playground import PATIENCE_S, Answered, Looked, Question

router = APIRouter(prefix="/projects/{project}/playground", tags=["playground"])


class ToLook(Body):
    """A question: a stored prompt or a text, with values and perhaps a row."""

    prompt: str = Field("", description="A stored prompt: name, name@tag or name@version.", examples=["questions@v2"])
    text: str = Field("", description="In place of it: the text; its variables are in double braces.", examples=["Say {{ word }} in French."])
    system: str = Field("", description="With a text: the system text; empty for none.")
    values: dict[str, Any] = Field({}, description="Values of variables; null: none.", examples=[{"word": "tea"}])
    dataset: str = Field("", description="Where the row is: name, name@version or run:r12.", examples=["questions"])
    row: str = Field("", description="Id of a row, whose columns are values, too.")

    @property
    def question(self) -> Question:
        """As the playground takes it."""
        return Question(**{name: getattr(self, name) for name in ToLook.model_fields})


class ToAsk(ToLook):
    """A question to a model."""

    model: str = Field(description="provider/name", examples=["openai/gpt-5-mini"])
    base_url: str | None = Field(None, description="Address of the model's server. Default: the provider's own.")
    parameters: dict[str, Any] = Field(
        {}, description="temperature, top_p, max_tokens, stop, seed ...; they go before those of a stored prompt.",
        examples=[{"temperature": 0.7, "max_tokens": 400}],
    )  # fmt: skip
    budget_usd: float | None = Field(None, ge=0, description="Most that the answer may cost.", examples=[0.05])
    fresh: bool = Field(False, description="Buy a new answer, though one is stored.")
    patience_s: float = Field(PATIENCE_S, gt=0, le=3600, description="Seconds after which no answer is waited for.")


@router.post("/look", operation_id="look_at_question")
def look(project: InProject, wanted: ToLook) -> Looked:
    """The variables of a prompt, what stands for each, and the texts that would be sent. Nothing is asked."""
    return project.playground.look(wanted.question)


@router.post("/ask", operation_id="ask_model")
def ask(project: InProject, wanted: ToAsk) -> Answered:
    """Ask a model for real: its answer with tokens, cost and time, or why there is none. The same again costs nothing, unless it is `fresh`."""
    return project.playground.ask(
        wanted.question, wanted.model, base_url=wanted.base_url, parameters=wanted.parameters, budget_usd=wanted.budget_usd, fresh=wanted.fresh,
        patience_s=wanted.patience_s,
    )  # fmt: skip
