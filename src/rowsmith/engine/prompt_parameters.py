"""What prompts ask of the models that their steps ask: temperature, max_tokens and others, where the recipe does not say otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rowsmith.core.step import MODEL, Step
from rowsmith.engine.prompt_files import Found
from rowsmith.engine.yaml_text import Path

_UNSET: Any = object()


def with_parameters(
    models: Mapping[str, Any], steps: Sequence[Step], named: Mapping[tuple[int, str], Found], wrong: Callable[[Path, str, str], None]
) -> dict[str, Any]:
    """The models, by role, with the parameters of the prompts that ask them. One role that is asked with different ones is told."""
    asked: dict[str, list[tuple[Step, dict[str, Any]]]] = {}
    for position, step in enumerate(steps):
        wanted = {name: value for (at, _), found in named.items() if at == position for name, value in found.prompt.parameters.items()}
        for said in step.marked(MODEL).values():
            for role in [said] if isinstance(said, str) else (role for one in said for role in ([one] if isinstance(one, str) else one)):
                asked.setdefault(role, []).append((step, wanted))
    out = dict(models)
    for role, uses in asked.items():
        said = out.get(role)
        if not isinstance(said, dict):
            continue
        for name in dict.fromkeys(name for _, wanted in uses for name in wanted if name not in said):
            values = [(step.title, wanted.get(name, _UNSET)) for step, wanted in uses]
            if any(value != values[0][1] for _, value in values):
                each = " and ".join(f"{title!r} wants {'none' if value is _UNSET else value}" for title, value in values)
                what = f"The steps that ask {role!r} have prompts that differ in {name}: {each}."
                wrong(("models", role), what, f"Set {name} of {role!r} here, or give each step a role of its own.")
            else:
                said = out[role] = {**said, name: values[0][1]}
    return out
