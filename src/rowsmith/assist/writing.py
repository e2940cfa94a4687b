"""From a brief to the prompt that writes the rows, and to the recipe: an ordinary one, which `rowsmith run` takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rowsmith import content
from rowsmith.assist.asking import Reference
from rowsmith.assist.brief import Brief
from rowsmith.assist.checklist import CHECKLIST
from rowsmith.assist.plan import plan
from rowsmith.core.models import Model
from rowsmith.core.prompt import fixed
from rowsmith.core.prompts import Example, Prompt
from rowsmith.core.variables import Variable
from rowsmith.engine.parameters import escape
from rowsmith.engine.yaml_written import written

ROW_TOKENS = 512
"""Tokens that one row may need where nothing is measured yet."""
ANSWER_TOKENS = 4096
"""Tokens that an answer may have where nothing is known of the model."""
Pair = Mapping[str, str]
"""A row: input and answer."""


def prompt_of(brief: Brief, reference: Reference | None = None, examples: Sequence[Pair] = ()) -> Prompt:
    """The prompt that has one row written.

    Args:
        reference: the prompt that the dataset is to test or train.
        examples: rows that people have approved: few-shot examples.
    """
    sections = [_section(about.heading, brief.items.get(name)) for name, about in CHECKLIST.items() if about.heading]
    if reference is not None:
        said = "\n\n".join(filter(None, (reference.system, reference.text)))
        sections.append(f"The answers are those that a model gives to this prompt:\n<<<\n{_literal(said)}\n>>>")
    wishes = [f"- {name.replace('_', ' ')}: {{{{ {name} }}}}" for name in brief.attributes]
    this = "\n".join(["The example that is wanted now:", *wishes, "{{ more }}"])
    variables = {name: Variable(type="text", choices=values, help="in what the rows differ") for name, values in brief.attributes.items()}
    variables["more"] = Variable(type="text", help="what else holds for the row, as an edge case that it is")
    text = "\n\n".join(["Write an example for a dataset.", *filter(None, sections), this])
    return Prompt(
        title=f"Writes the rows of {brief.name}", description=brief.items.get("task_goal") or "", tags=["guide"], variables=variables,
        system=content.prompt("guide_write_system"), text=text, examples=[Example(input=one["input"], answer=one["answer"]) for one in examples],
    )  # fmt: skip


def _section(heading: str, said: str | None) -> str:
    if not said:
        return ""
    return f"{heading}:\n{_literal(said)}" if "\n" in said else f"{heading}: {_literal(said)}"


def _literal(text: str) -> str:
    """The text such that a prompt says it as it stands, braces included."""
    return fixed("{{ text }}", {"text": text})


def fitting(wanted: int, row_tokens: int, most_tokens: int) -> int:
    """Rows to ask in one call: as many as are wanted and fit in an answer, at least one."""
    return max(1, min(wanted, most_tokens // max(1, row_tokens)))


def recipe_of(
    brief: Brief, prompt: Mapping[str, Any], *, model: Model | None, pinned: Mapping[int, Pair] | None = None,
    unlike: Mapping[int, Sequence[str]] | None = None, row_tokens: int = ROW_TOKENS, most_tokens: int = ANSWER_TOKENS, places: Sequence[int] = (),
) -> dict[str, Any]:  # fmt: skip
    """The recipe as plain data.

    Args:
        prompt: how the recipe takes the prompt: {name, version}.
        model: the model and its settings; None: the recipe asks for it (`--set model=...`).
        pinned: by place, rows that go into the dataset as they are.
        unlike: by place, inputs that were refused.
        row_tokens: tokens that a row needs; most_tokens: those that an answer can have.
        places: a sample: these places of the plan alone, one row each, and no pinned ones.
    """
    kept = {} if places else dict(pinned or {})
    per_call = 1 if places else fitting(brief.rows_per_call, row_tokens, most_tokens)
    wanted = max(1, -(-(brief.rows - len(kept)) // per_call))
    rows = plan(brief, max(places) if places else wanted, unlike, kept)
    rows = [row for row in rows if not places or int(row["id"]) in places]
    write = {"kind": "generate.columns", "name": "write", "prompt": dict(prompt), "output": {"input": "string", "answer": "string"}}
    steps: list[dict[str, Any]] = [{"kind": "read.rows", "name": "plan", "rows": rows}, {**write, **({"count": per_call} if per_call > 1 else {})}]
    if not places:
        steps.append({"kind": "filter.near_duplicates", "name": "distinct", "columns": ["input"], "similarity": 0.9})
    if kept:
        by_hand = [{"id": str(place), **one} for place, one in sorted(kept.items())]
        steps.insert(0, {"kind": "read.rows", "name": "pinned", "rows": by_hand})
        steps.append({"kind": "filter.duplicates", "name": "apart", "from": ["pinned", "distinct"], "columns": ["input"]})
        steps.append({"kind": "transform.columns", "name": "pairs", "keep": ["input", "answer"]})
    head = {"name": brief.name, "description": " ".join((brief.items.get("task_goal") or "").split())[:500]}
    said = _model(model, row_tokens, per_call, most_tokens)
    if places:
        return dict(escape({**head, "models": {"writer": {**said, **_named(model)}}, "steps": steps}))
    return {
        **escape(head), "parameters": _parameters(brief, model), "models": {"writer": {**_ASKED, **escape(said)}}, "target": "${rows}",
        "attempts": 4, "steps": escape(steps),
    }  # fmt: skip


_ASKED = {"model": "${model}", "base_url": "${base_url}"}


def _parameters(brief: Brief, model: Model | None) -> dict[str, Any]:
    said = _named(model)
    chosen = {"help": "the model that writes the rows, provider/name", **({"default": said["model"]} if said else {})}
    where = {"default": said["base_url"]} if "base_url" in said else {"optional": True}
    return {"model": chosen, "base_url": {"help": "address of its server", **where}, "rows": {"default": brief.rows, "help": "rows of the dataset"}}


def _named(model: Model | None) -> dict[str, Any]:
    return {} if model is None else {"model": model.model, **({"base_url": model.base_url} if model.base_url else {})}


def _model(model: Model | None, row_tokens: int, per_call: int, most_tokens: int) -> dict[str, Any]:
    """The settings beside name and address; `max_tokens` holds all rows of a call."""
    said = {} if model is None else model.model_dump(mode="json", exclude_unset=True, exclude={"model", "base_url"})
    if "max_tokens" not in said and (needed := min(row_tokens * per_call, most_tokens)) > Model.model_fields["max_tokens"].default:
        said["max_tokens"] = needed
    return said


def as_file(recipe: Mapping[str, Any]) -> str:
    """The recipe as YAML."""
    return f"# Made by rowsmith guide. An ordinary recipe: rowsmith run FILE\n{written(dict(recipe))}"
