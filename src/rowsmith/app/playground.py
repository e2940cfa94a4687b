"""The playground: one prompt, with the values of its variables or of a row, put to one model for real.

What is asked goes the way of any run: through the call store, under the caps of project and question, within the model's limits. It commits nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from threading import Timer
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rowsmith import registry
from rowsmith.app.lab import Lab
from rowsmith.app.prompt_trials import ANSWER, Tried, model_of, rendered
from rowsmith.app.trials import FIXES
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.core.prompts import PARAMETERS, Prompt
from rowsmith.core.recipe import Recipe
from rowsmith.engine.terms import Stopping
from rowsmith.llm.providers import Finish, Reply
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.rows import ReadRows
from rowsmith.store import calls

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.app.runs import Runs

PATIENCE_S = 300.0
"""Seconds after which an answer is not waited for any longer, unless the question says otherwise."""
RETRIES = 2
"""How often a call that failed on the way is sent again: somebody sits before it."""
ALSO = {
    "cut": "Raise max_tokens and send again.",
    "filter": "The provider's filter refused it. Word it otherwise, or ask another model.",
    "refusal": "The model refused. Word it otherwise, or ask another model.",
    "key": "Enter its key under Settings, Models.",
    "empty": "The model said nothing. Send it to be answered anew, or raise max_tokens: a model that thinks needs room for that as well.",
}
"""What to do about an answer that cannot be used, by its reason; of other reasons see app.trials.FIXES."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a stored prompt (`prompt`, as name, name@tag or name@version) or a `text` with a `system` text; the values of variables; and
    a row (`row`, its id) of `dataset`, whose columns are values, too. `values` go before those of the row."""

    prompt: str = ""
    text: str = ""
    system: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    dataset: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class Asks:
    """A variable of a prompt. `value`: what stands for it (None: nothing yet); `source`: who gives it: `given`, `row`, `default`, or empty."""

    name: str
    source: str
    value: Any
    required: bool
    type: str | None
    help: str
    choices: list[Any] | None


@dataclass(frozen=True, slots=True)
class Looked:
    """A question as it would be sent: its variables, its texts with their values, and in `problem` why it cannot be sent. `prompt` is the version
    that is spoken of; `parameters` are those that it asks for."""

    prompt: str
    variables: tuple[Asks, ...]
    system: str
    text: str
    problem: str
    parameters: Mapping[str, Any]
    source_system: str
    source_text: str

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. `answer` is None where there is none that can be used; then `reason`, `what` and `fix` say why, and `partial` is what the model
    did say. `finish` is why it ended; tokens are as its server counted them (None: it did not). `reused`: the answer was stored already, and cost
    nothing now. `cost_usd` is what was spent now (None: no price is known); `run` holds it all."""

    model: str
    run: str
    answer: str | None
    partial: str
    finish: Finish
    tokens_in: int | None
    tokens_out: int | None
    reasoning_out: int | None
    cost_usd: float | None
    seconds: float
    reused: bool
    system: str
    text: str
    reason: str
    what: str
    fix: str

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Playground:
    """Questions of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def look(self, question: Question) -> Looked:
        """What would be sent, and which values it lacks. Nothing is asked.

        Raises:
            NotFound: there is no such prompt, dataset or row. Invalid: the text cannot be read.
        """
        called, prompt = self._prompt(question)
        row = self._row(question)
        return _looked(called, prompt, row, _values(prompt, row, question))

    def ask(
        self, question: Question, model: str | Model, *, base_url: str | None = None, parameters: Mapping[str, Any] | None = None,
        budget_usd: float | None = None, fresh: bool = False, patience_s: float = PATIENCE_S,
    ) -> Answered:  # fmt: skip
        """Ask a model for real. The same again costs nothing: its answer is stored.

        Args:
            model: provider/name; `base_url`: the address of its server.
            parameters: temperature, max_tokens ... (core.prompts.PARAMETERS); they go before those of a stored prompt.
            budget_usd: the most that it may cost. fresh: buy a new answer. patience_s: seconds after which no answer is waited for.

        Raises:
            NotFound: as `look`. Invalid: a value is missing or does not fit, or the model cannot be asked so; nothing is spent.
        """
        called, prompt = self._prompt(question)
        row = self._row(question)
        values = _values(prompt, row, question)
        looked = _looked(called, prompt, row, values)
        if looked.problem:
            raise Invalid(looked.problem, "Give every variable a value, or choose a row that has them.")
        wanted = _asked_with(model_of(model, base_url) if isinstance(model, str) else model, {**prompt.parameters, **(parameters or {})})
        filled = prompt.filled(values)
        step = Columns(prompt=filled.text, system=filled.system, into=ANSWER)
        recipe = Recipe(name="playground", models={"writer": wanted}, steps=[ReadRows(rows=[row]), step])
        result = self._carried_out(recipe, budget_usd, fresh, patience_s, question.row)
        return self._answered(result, wanted, looked)

    def _carried_out(self, recipe: Recipe, budget_usd: float | None, fresh: bool, patience_s: float, row: str) -> Result:
        stopping = Stopping()
        patience = Timer(patience_s, stopping.stop, [0.0])
        patience.daemon = True
        patience.start()
        try:
            return self._runs.start(
                recipe, commit=False, new=not fresh, fresh=fresh, budget_usd=budget_usd, stopping=stopping, cites=((row,),) if row else ()
            )
        finally:
            patience.cancel()

    def _answered(self, result: Result, model: Model, looked: Looked) -> Answered:
        rows = list(self._runs.rows(result.run))
        said, bought = self._reply(result.run, model)
        reason, what = ("", "") if rows else self._why(result)
        fix = "" if rows else _fix(reason, what, result)
        return Answered(
            model=model.model, run=result.run, answer=rows[0].data[ANSWER] if rows else None, partial="" if rows else said.text, finish=said.finish,
            tokens_in=said.usage.tokens_in, tokens_out=said.usage.tokens_out, reasoning_out=said.usage.reasoning_out, cost_usd=result.cost_usd,
            seconds=result.seconds, reused=bool(result.calls_reused) and not bought, system=looked.system, text=looked.text, reason=reason, what=what,
            fix=fix,
        )  # fmt: skip

    def _reply(self, run: str, model: Model) -> tuple[Reply, bool]:
        """What the newest answer that the run used says, and whether the run bought it."""
        n = self._runs.get(run).n
        found = calls.listed(self.lab.db, run=n, limit=1)
        if not found or (stored := calls.get(self.lab.db, found[0].key.hex())) is None:
            return Reply(), False
        reply = registry.provider(model.provider).read(stored["raw"])
        return reply, any(use.bought for use in calls.uses(self.lab.db, found[0]) if use.run == n)

    def _why(self, result: Result) -> tuple[str, str]:
        failed = self._runs.troubles(result.run, 1)
        if failed:
            return str(failed[0]["reason"]), str(failed[0]["detail"])
        if result.state == "paused":
            reason, _, what = result.reason.partition(": ")
            return reason, what or result.reason
        return result.state, "The answer was not waited for any longer." if result.state == "stopped" else result.reason or "No answer came."

    def _prompt(self, question: Question) -> tuple[str, Prompt]:
        """What the prompt is called, and what it says."""
        if question.prompt:
            if question.text or question.system:
                raise Invalid("Both a stored prompt and a text are given.", "Give one of them.")
            kept = self._prompts.get(question.prompt)
            return f"{kept.name}@{kept.version[:12]}", kept.prompt
        if not question.text.strip():
            raise Invalid("There is nothing to ask.", "Write a text, or choose a stored prompt.")
        try:
            return "", Prompt(text=question.text, system=question.system)
        except ValidationError as error:
            told = error.errors()[0]
            raise Invalid(f"{told['loc'][0] if told['loc'] else 'text'}: {told['msg'].removeprefix('Value error, ')}", "") from None

    def _row(self, question: Question) -> dict[str, Any]:
        if not question.row:
            return {}
        from rowsmith.app.datasets import Datasets

        if not question.dataset:
            raise Invalid("A row is given, but not its dataset.", "Give the dataset, too: dataset, dataset@version or run:r12.")
        return dict(Datasets(self.lab, self.project).row(question.dataset, question.row).data)

    @property
    def _runs(self) -> Runs:
        from rowsmith.app.runs import Runs

        return Runs(self.lab, self.project)

    @property
    def _prompts(self) -> Any:
        from rowsmith.app.prompts import Prompts

        return Prompts(self.lab, self.project)


def _values(prompt: Prompt, row: Mapping[str, Any], question: Question) -> dict[str, Any]:
    """The values that the question gives, and the first one of each variable that is to be expanded and has none."""
    drawn = {name: one.expand[0] for name, one in prompt.variables.items() if one.expand and name not in row}
    return {**drawn, **{name: value for name, value in question.values.items() if value is not None}}


def _looked(called: str, prompt: Prompt, row: Mapping[str, Any], values: Mapping[str, Any]) -> Looked:
    variables = tuple(_asks(prompt, name, row, values) for name in sorted(prompt.used))
    said = Tried(0, {}, "", "")
    if open_ := [one.name for one in variables if one.required and not one.source]:
        problem = f"{', '.join(map(repr, open_))} {'has' if len(open_) == 1 else 'have'} no value."
    elif wrong := prompt.value_problems(values):
        problem = " ".join(wrong)
    else:
        said = rendered(prompt, row, values)
        problem = said.problem
    return Looked(called, variables, said.system, said.text, problem, dict(prompt.parameters), prompt.system, prompt.text)


def _asks(prompt: Prompt, name: str, row: Mapping[str, Any], given: Mapping[str, Any]) -> Asks:
    one = prompt.variables.get(name)
    default = None if one is None else one.default
    if name in given:
        source, value = "given", given[name]
    elif name in row or name in ("row", "count"):
        source, value = "row", row.get(name, dict(row) if name == "row" else 1)
    else:
        source, value = ("", None) if default is None else ("default", default)
    if one is None:
        return Asks(name, source, value, True, None, "", None)
    return Asks(name, source, value, not (one.optional or default is not None), one.type, one.help, one.choices or one.expand)


def _asked_with(model: Model, parameters: Mapping[str, Any]) -> Model:
    """The model with these settings, where it has none of its own.

    Raises:
        Invalid: there is no such setting, or its value cannot be.
    """
    if unknown := [name for name in parameters if name not in PARAMETERS]:
        raise Invalid(f"There is no parameter {unknown[0]!r}.", f"There are: {', '.join(PARAMETERS)}.")
    said = {"retries": RETRIES, "reasks": 0, **parameters, **model.model_dump(exclude_unset=True)}
    try:
        return Model(**said)
    except ValidationError as error:
        told = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, told['loc']))}: {told['msg']}.", "See the settings of models: docs/recipes.md.") from None


def _fix(reason: str, what: str, result: Result) -> str:
    if reason == "budget":
        return "Raise the cap, here or in the settings of the project, and send again."
    if result.state == "stopped":
        return "Send again: an answer that came meanwhile is stored. Or ask another model."
    if reason.startswith("http_"):
        return "Look at the model's name, its address and the parameters; the server says what it did not like."
    return ALSO.get(reason) or FIXES.get(reason) or "Send again, or ask another model."
