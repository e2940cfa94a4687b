"""A better prompt proposed by a model, from what became of the answers to the one that there is.

Sources: reflecting in words on what went wrong is Agrawal et al., "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning",
arXiv 2507.19457; earlier proposals with their scores are Yang et al., "Large Language Models as Optimizers" (OPRO), arXiv 2309.03409; a tip for each
proposal, so that they differ, is Opsahl-Ong et al., "Optimizing Instructions and Demonstrations for Multi-Stage Language Model Programs" (MIPRO),
arXiv 2406.11695.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import ValidationError

from rowsmith import content
from rowsmith.core.prompts import Prompt
from rowsmith.steps.generate.columns import Columns

TRIES = 6
"""How often one proposal is asked for: once, and five times more while variables are missing or it is no prompt."""
LONGEST = 1500
"""Characters that are shown of one value of a row."""
_SCHEMA = {
    "type": "object",
    "properties": {"why": {"type": "string"}, "system": {"type": "string"}, "text": {"type": "string", "minLength": 1}},
    "required": ["why", "system", "text"],
    "additionalProperties": False,
}  # fmt: skip
_FENCED = ["system_text", "user_text", "failures", "passes"]


def step() -> Columns:
    """The step that asks for proposals, one for each row of `question`."""
    return Columns(
        name="propose", prompt=content.prompt("optimize"), system=content.prompt("optimize_system"), schema_=_SCHEMA, fence=_FENCED,
        model="proposer", forward=["proposal"],
    )  # fmt: skip


def question(
    prompt: Prompt, metric: str, failures: Sequence[Mapping[str, Any]], passes: Sequence[Mapping[str, Any]], earlier: Sequence[tuple[float, str]],
    number: int, complaint: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The row that asks for proposal `number` of a round.

    Args:
        metric: what makes an answer good, in words. failures, passes: rows with what was expected, the answer and its score.
        earlier: proposals with their scores, those of the whole search so far. complaint: what is said of the last try at this one.
    """
    tips = content.prompt("optimize_tips").splitlines()
    best = sorted(earlier)[-4:]
    tried = "Prompts that were tried, with their scores, the best last:\n\n" + "\n\n".join(f"{score:.3f}: {text}" for score, text in best)
    return {
        "proposal": number, "system_text": prompt.system or "(none)", "user_text": prompt.text, "variables": _named(prompt), "metric": metric,
        "failures": _lines(failures), "passes": _lines(passes), "earlier": tried if best else "", "tip": tips[number % len(tips)],
        "complaint": complaint,
    }  # fmt: skip


def read(prompt: Prompt, answer: Mapping[str, Any]) -> tuple[Prompt | None, str]:
    """The prompt that was proposed, all else as in `prompt`; or None and why it cannot be used: a variable is missing or new, or it is no prompt."""
    try:
        found = Prompt.model_validate({**prompt.dump(), "system": answer["system"], "text": answer["text"]})
    except ValidationError as error:
        return None, error.errors()[0]["msg"].removeprefix("Value error, ")
    missing, strange = sorted(prompt.used - found.used), sorted(found.used - prompt.used)
    said = [f"{what} {', '.join(f'{{{{ {name} }}}}' for name in names)}." for what, names in (("It lacks", missing), ("It has", strange)) if names]
    return (None, f"{' '.join(said)} The variables are {_named(prompt)}.") if said else (found, "")


def _named(prompt: Prompt) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in sorted(prompt.used)) or "(none)"


def _lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(orjson.dumps({name: _short(value) for name, value in row.items()}).decode() for row in rows) or "(none)"


def _short(value: Any) -> Any:
    said = value if isinstance(value, str) else orjson.dumps(value).decode()
    return value if len(said) <= LONGEST else f"{said[:LONGEST]} ..."
