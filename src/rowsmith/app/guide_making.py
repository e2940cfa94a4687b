"""From a confirmed brief to the dataset: its prompt in the home, its recipe in a file, the full run, and the rows in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app.datasets import Datasets
from rowsmith.app.guide_state import Made, State
from rowsmith.app.prompts import Prompts
from rowsmith.assist.brief import dumps
from rowsmith.assist.writing import ANSWER_TOKENS, ROW_TOKENS, as_file, prompt_of, recipe_of
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.merge_lines import merged
from rowsmith.core.prompts import Example, Prompt
from rowsmith.store.files import atomic_write

if TYPE_CHECKING:
    from rowsmith.app.prompt_trials import Asked
    from rowsmith.app.results import Result
    from rowsmith.app.runs import OnProgress, Runs
    from rowsmith.engine.terms import Stopping

FORMATS = {"jsonl": "input-answer", "csv": "input-answer-csv"}
BYTES_PER_TOKEN = 3
"""Of text and its JSON, at the least."""
ENDINGS = {"brief": ".brief.yaml", "recipe": ".recipe.yaml"}


def path(state: State, kind: str) -> Path:
    """Where a file of the talk lies: `brief`, `recipe`, `data`. The data where it was asked for, the others beside it."""
    data = Path(state.output) if state.output else Path(state.folder) / f"{state.whole.name}.{state.whole.format}"
    return data if kind == "data" else data.with_name(f"{data.name.removesuffix(data.suffix)}{ENDINGS[kind]}")


def left_usd(state: State) -> float | None:
    """What may still be spent; None: no cap."""
    return None if state.budget_usd is None else max(0.0, state.budget_usd - state.cost_usd)


def counted(state: State, result: Result | Asked) -> State:
    """The state with a run's cost, each run once."""
    if result.run in state.runs:
        return state
    unpriced = state.unpriced or result.cost_usd is None
    return state.but(runs=(*state.runs, result.run), cost_usd=state.cost_usd + (result.cost_usd or 0.0), unpriced=unpriced)


def require_free(runs: Runs, state: State) -> None:
    """Whether the dataset's name is free, or this talk's own.

    Raises:
        Conflict: there is a dataset of this name that came from elsewhere.
    """
    name, datasets = state.whole.name, Datasets(runs.lab, runs.project)
    if name != state.claimed and any(one.name == name and datasets.versions(name) for one in datasets.list()):
        raise Conflict(f"There is a dataset called {name!r} already.", "Give this one another name: say `name NAME`, or --name NAME.")


def with_prompt(runs: Runs, state: State, guide: str) -> State:
    """The state with the prompt that its brief makes, kept in the home under the dataset's name."""
    said = prompt_of(state.whole, state.reference)
    if state.prompt is not None and state.written == said.dump() and state.claimed == state.whole.name:
        return state
    carried = _carried(state, said) if state.prompt_changed else None
    told = ""
    if state.prompt_changed:
        told = "The accepted change stands in the new prompt, too." if carried else (
            "The prompt is written anew from the brief, without the change that was accepted before: both change the same lines. Refine it again."
        )
    kept = keep_prompt(runs, state, carried or said, guide, f"From the brief of {guide}")
    after = kept.but(claimed=state.whole.name, samples=_only_pinned(state), prompt_changed=carried is not None, written=said.dump())
    return after.tell(*state.told, told)


def _carried(state: State, said: Prompt) -> Prompt | None:
    """What the brief says now, with what was changed in the prompt since the brief made it; None where both change the same lines."""
    base, ours = Prompt.model_validate(state.written), Prompt.model_validate(state.prompt)
    text, system = (merged(getattr(base, part), getattr(ours, part), getattr(said, part)) for part in ("text", "system"))
    if not text or system is None:
        return None
    made = said.model_copy(update={"text": text, "system": system})
    return made if made.used == said.used else None


def _only_pinned(state: State) -> Any:
    """A brief that was changed makes other samples; those that were changed by hand stay."""
    return tuple(sample for sample in state.samples if sample.pinned)


def keep_prompt(runs: Runs, state: State, said: Prompt, guide: str, message: str) -> State:
    """The state with another prompt, kept as the next version of its prompt."""
    prompts, name = Prompts(runs.lab, runs.project), state.prompt_name or _name(runs, state.whole.name, said, guide)
    kept = prompts.add(said, name, message=message)
    return state.but(prompt=said.dump(), prompt_name=kept.name, prompt_version=kept.version)


def _name(runs: Runs, wanted: str, said: Prompt, guide: str) -> str:
    """A name that is free, or that has been given to this very prompt."""
    prompts = Prompts(runs.lab, runs.project)
    taken = {kept.name: kept.prompt for kept in prompts.list()}
    return wanted if wanted not in taken or taken[wanted] == said else f"{wanted}-{guide}" if wanted != guide else f"{wanted}-rows"


def asked_prompt(runs: Runs, state: State) -> Prompt:
    """The prompt as it is sent: with the samples that people have pinned as examples."""
    return with_kept(Prompt.model_validate(state.prompt), state)


def with_kept(said: Prompt, state: State) -> Prompt:
    """A prompt with the samples that people have pinned as examples."""
    return said.model_copy(update={"examples": [*said.examples, *(Example(**sample.pair) for sample in state.pinned)]})


def write_recipe(runs: Runs, state: State, target: Path) -> Path:
    """Write the recipe, and keep the prompt that it takes with its examples."""
    if len(state.pinned) > state.whole.rows:
        what = f"{len(state.pinned)} samples are kept, and {state.whole.rows} rows are wanted."
        raise Invalid(what, "Ask for more rows (rows N), or keep fewer (unpin N).")
    version = state.prompt_version
    if state.pinned:
        message = f"With {len(state.pinned)} example{'s' * (len(state.pinned) > 1)}"
        version = Prompts(runs.lab, runs.project).add(asked_prompt(runs, state), state.prompt_name, message=message).version
    unlike = {sample.place: sample.unlike for sample in state.samples}
    pinned = {sample.place: sample.pair for sample in state.pinned}
    recipe = recipe_of(
        state.whole, {"name": state.prompt_name, "version": version}, model=state.writer, pinned=pinned, unlike=unlike,
        row_tokens=_row_tokens(state), most_tokens=_most_tokens(runs, state),
    )  # fmt: skip
    with atomic_write(target) as file:
        file.write(as_file(recipe).encode())
    return target


def _row_tokens(state: State) -> int:
    """Tokens that a row may need: twice the longest sample, as an estimate that errs on the safe side."""
    seen = [len((sample.input + sample.answer).encode()) for sample in state.samples if sample.input]
    return 64 + 2 * max(seen) // BYTES_PER_TOKEN if seen else ROW_TOKENS


def _most_tokens(runs: Runs, state: State) -> int:
    """Tokens that one answer can have: as the model's settings or what is known of it say."""
    model = state.writer
    if model is None:
        return ANSWER_TOKENS
    if "max_tokens" in model.model_fields_set:
        return model.max_tokens
    return runs.lab.table.of(model).max_output or ANSWER_TOKENS


def made(runs: Runs, state: State, guide: str, on_progress: OnProgress | None, stopping: Stopping | None) -> State:
    """The state with the dataset made, and written to its file.

    Raises:
        Conflict: the run stands still before its end; the same again goes on. Invalid: the recipe, the path, or there is no model.
    """
    if state.writer is None:
        raise Invalid("The rows need a model.", f"Give one: rowsmith guide {guide} --model provider/name. Or run the recipe.")
    recipe, name = write_recipe(runs, state, path(state, "recipe")), state.whole.name
    with atomic_write(path(state, "brief")) as file:
        file.write(dumps(state.whole, guide).encode())
    result = runs.start(recipe, into=name, replace=True, budget_usd=left_usd(state), on_progress=on_progress, stopping=stopping)
    if result.state not in ("finished", "shortfall"):
        raise Conflict(
            f"The dataset is not done: run {result.run} is {result.state}. {result.reason} {result.kept:,} of {state.whole.rows:,} rows are made.",
            f"Go on, and nothing is paid for twice: rowsmith guide {guide} (--budget USD gives it more).",
        )
    version = result.version
    written = _written(runs, state, f"{name}@{version}") if version else None
    done = Made(run=result.run, state=result.state, reason=result.reason, rows=result.kept, dataset=result.dataset, version=version, path=written)
    return counted(state.but(phase="done", made=done), result).tell()


def _written(runs: Runs, state: State, spoken: str) -> str:
    """The path of the file with the rows."""
    target = path(state, "data")
    done = Datasets(runs.lab, runs.project).export(spoken, FORMATS[state.whole.format], target, provenance="sidecar")
    if done.rows_out < done.rows_in:
        raise NotFound(f"{done.rows_in - done.rows_out:,} rows do not go into {target}: {done.lost}.", "See the report beside it.")
    return done.path
