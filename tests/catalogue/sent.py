"""What a recipe sends, as a text to be compared: of each kind of request the first, in a fixed order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rowsmith.core.recipe import Recipe
from rowsmith.core.step import PROMPT
from rowsmith.testing import Request

GOLDEN = Path(__file__).with_name("golden")
_HOLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n")
_FENCED = re.compile(r"^--- ([0-9a-f]{12}) .*?^--- \1 end ---$", re.DOTALL | re.MULTILINE)
LEAST = 30
"""Characters of a piece of a prompt by which it would be known again in a row."""


def told(requests: Sequence[Request], ours: set[str]) -> str:
    """The requests that differ in kind: by model, schema and what they say of ours; raw ones by their settings."""
    found: dict[tuple[str, ...], str] = {}
    for request in requests:
        said = _said(request)
        form = json.dumps(_settings(request)) if request.raw else ""
        key = (request.model, form, json.dumps(request.schema, sort_keys=True), *sorted(piece for piece in ours if piece in _FENCED.sub("", said)))
        found[key] = min(found.get(key, said), said)
    return "\n\n".join(said for _, said in sorted(found.items())) + "\n"


def _said(request: Request) -> str:
    if request.inputs is not None:
        return f"== {request.model}: embeddings or scores of texts"
    if request.raw:
        return f"== {request.model} {json.dumps(_settings(request))}\n-- raw\n{request.prompt}"
    schema = f"\n-- schema\n{json.dumps(request.schema, ensure_ascii=False)}" if request.schema else ""
    messages = "".join(f"\n-- {one['role']}\n{_content(one['content'])}" for one in request.data["messages"])
    return f"== {request.model} {json.dumps(_settings(request))}{messages}{schema}"


def _settings(request: Request) -> dict[str, Any]:
    return {name: request.data[name] for name in ("temperature", "top_p", "max_tokens", "stop") if name in request.data}


def _content(content: Any) -> str:
    return content if isinstance(content, str) else "\n".join(one.get("text", f"[{one.get('type')}]") for one in content or [])


def pieces(recipe: Recipe) -> set[str]:
    """The sentences of its prompts that no row fills in: what must never stand in a row."""
    marked = [value for step in recipe.steps if step.shape == "asking" for value in step.marked(PROMPT).values()]
    texts = [text for value in marked for text in ([value] if isinstance(value, str) else value.values())]
    said = (piece.strip() for text in texts for part in _HOLE.split(text) for piece in _SENTENCE.split(part))
    return {piece for piece in said if len(piece) >= LEAST}


def strings(value: Any) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)
