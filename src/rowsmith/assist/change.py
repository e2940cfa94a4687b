"""A prompt changed by a model so that the failures go that people noted; what it may not touch is checked, and complained of in the next question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import unified_diff
from typing import Any

import orjson
from pydantic import ValidationError

from rowsmith import content
from rowsmith.assist.themes import shown
from rowsmith.core.prompts import Prompt, example_text
from rowsmith.core.samples import Sample
from rowsmith.core.themes import Checked
from rowsmith.engine.prompt_forms import dumps
from rowsmith.steps.generate.columns import Columns

SHOWN = 4
"""Failing samples that are shown for each theme, and good ones beside them all."""
_TEXT = {"type": "string"}
SCHEMA = {
    "type": "object", "properties": {"why": _TEXT, "system": _TEXT, "text": {"type": "string", "minLength": 1}},
    "required": ["why", "system", "text"], "additionalProperties": False,
}  # fmt: skip


def question(prompt: Prompt, themes: Sequence[Checked], samples: Sequence[Sample], complaints: Sequence[str] = ()) -> tuple[dict[str, Any], Columns]:
    """The row and the step that ask a model for a changed prompt; `complaints` say why earlier answers were refused."""
    failures = [f"{number}. {one.theme.name}: {one.theme.definition}\n{_quotes(one)}" for number, one in enumerate(themes, 1)]
    told = [f"An answer to this was refused: {complaint} Mind it." for complaint in complaints]
    said = {
        "system_text": prompt.system or "(empty)", "user_text": prompt.text, "failures": "\n".join(failures),
        "samples": "\n".join(_samples(themes, samples)) or "(none)", "complaints": "\n".join(told),
    }  # fmt: skip
    if prompt.examples:
        said["user_text"] += f"\n\n(The prompt also shows these examples, which stay.)\n{example_text(prompt.examples)}"
    fence = ["system_text", "user_text", "failures", "samples"]
    return said, Columns(prompt=content.prompt("change"), system=content.prompt("change_system"), schema_=SCHEMA, fence=fence)


def read(answer: Mapping[str, Any], old: Prompt) -> tuple[Prompt | None, str]:
    """The prompt that the model wrote (None: it cannot be used), and what is wrong with it."""
    system = "" if answer["system"].strip() in ("", "(empty)") else answer["system"]
    try:
        new = Prompt.model_validate({**old.model_dump(), "system": system, "text": answer["text"]})
    except ValidationError as error:
        return None, f"It cannot be read: {error.errors()[0]['msg'].removeprefix('Value error, ')}."
    wrong = problem(old, new)
    return (None, wrong) if wrong else (new, "")


def problem(old: Prompt, new: Prompt) -> str:
    """What a changed prompt may not lose or ask for, as a sentence; empty where nothing is wrong."""
    declared = old.variables | new.variables
    lost = [name for name in sorted(old.used - new.used) if name not in declared or declared[name].required or declared[name].expand is not None]
    strange = sorted(name for name in new.used - old.used if name not in declared or declared[name].required)
    valid = ", ".join(f"{{{{ {name} }}}}" for name in sorted(old.used)) or "none"
    if lost:
        return f"It lost {', '.join(f'{{{{ {name} }}}}' for name in lost)}, which has to stay. Its variables: {valid}."
    if strange:
        return f"It uses {', '.join(f'{{{{ {name} }}}}' for name in strange)}, which nothing gives. Its variables: {valid}."
    if (old.system, old.text, old.examples, old.parameters) == (new.system, new.text, new.examples, new.parameters):
        return "It changes nothing of what is sent."
    return ""


def diff(name: str, old: Prompt, new: Prompt) -> str:
    """What differs between the prompts' files, as a unified diff."""
    one, other = (dumps(name, prompt, "md").splitlines() for prompt in (old, new))
    return "\n".join(unified_diff(one, other, f"{name} (old)", f"{name} (new)", n=2, lineterm=""))


def _quotes(checked: Checked) -> str:
    return "\n".join(f"   noted: {' '.join(quote.words.split())}" for quote in checked.theme.quotes)


def _samples(themes: Sequence[Checked], samples: Sequence[Sample]) -> list[str]:
    """Samples that fail, theme by theme, and good ones."""
    known = {sample.id: sample for sample in samples if sample.output is not None}
    failing = {one.theme.name: [name for name in sorted(one.theme.carriers) if name in known and not known[name].edited][:SHOWN] for one in themes}
    good = dict.fromkeys(name for one in themes for name in (*one.silent, *one.false))
    lines = [f"has {theme!r}: {_said(known[name])}" for theme, names in failing.items() for name in names]
    return lines + [f"is good: {_said(known[name])}" for name in list(good)[:SHOWN]]


def _said(sample: Sample) -> str:
    return orjson.dumps(shown(sample.said)).decode()
