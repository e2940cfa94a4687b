"""Asking models once for real: whether they answer, how fast, in which form, and what stands in the way in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rowsmith import registry
from rowsmith.core.calls import PICO, PLAIN, Ask, Asker, Claim, Claimed, Embed, Usage
from rowsmith.core.errors import Invalid, RowFailed, RowsmithError
from rowsmith.core.models import Model
from rowsmith.core.plainly import plainly
from rowsmith.core.ports import Keys, Paused
from rowsmith.core.weights import Note, Weights
from rowsmith.engine import recipe_file
from rowsmith.engine.check_models import asked_models, embedders
from rowsmith.engine.prompt_files import Find
from rowsmith.llm.facts import Table, filled
from rowsmith.llm.gate import Gate
from rowsmith.llm.unrecorded import Unrecorded

QUESTION = "Which city is the capital of France, and how many letters has its name?"
SCHEMA = {
    "type": "object", "properties": {"city": {"type": "string", "maxLength": 80}, "letters": {"type": "integer", "minimum": 0, "maximum": 99}},
    "required": ["city", "letters"], "additionalProperties": False,
}  # fmt: skip
FORM = "Set answers to another of schema, object, tools, json, xml and test again (--answers); a larger model may keep to the form."
FIXES = {
    "cut": "Raise max_tokens; a model that thinks needs room for that as well (or reasoning_effort: low).",
    "context": "Raise context, or choose a model that holds more.",
    "filter": "The provider's filter refused a harmless question; look at the account's content settings.",
    "refusal": "The model refused a harmless question; look at the settings of the model or its server.",
    "timeout": "The server is slow: raise first_byte_s, idle_s or total_s of the model, or use a smaller model.",
    "connection": "The connection broke off; look at the server's log.",
    "unreachable": "Start the model server, or correct base_url.",
}
"""What to do, by the reason for which an answer could not be used."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one question. `way`: how the structured answer was asked for, or `embedding`; `how`: what had to be done to read it (core.calls).
    `cost` in USD. `reason`, `what` and `fix` say why there is no answer; `reason` is empty where there is one."""

    role: str
    model: str
    place: str = ""
    seconds: float = 0.0
    way: str = ""
    how: str = ""
    answer: Any = None
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    reason: str = ""
    what: str = ""
    fix: str = ""

    @property
    def ok(self) -> bool:
        """Whether a usable answer came."""
        return not self.reason

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "ok": self.ok}


class _Noting(Unrecorded):
    """Remembers how long the question took, what had to be done to read the answer, and what it cost."""

    how = PLAIN
    cost: int | None = None
    begun = 0.0
    seconds = 0.0

    async def claim(self, claim: Claim) -> Claimed:
        self.begun = time.monotonic()
        return await super().claim(claim)

    def mended(self, claimed: Claimed, how: str) -> None:
        self.how = how

    async def answer(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        self.seconds, self.cost = time.monotonic() - self.begun, cost


@dataclass(frozen=True, slots=True)
class Asked:
    """A model to test: its role in the recipe, and whether it is asked for an embedding."""

    role: str
    model: Model
    embed: bool


def models_of(
    target: str, sets: Mapping[str, str] | None = None, *, base_url: str | None = None, answers: str | None = None, embed: bool = False,
    prompts: Find | None = None,
) -> tuple[list[Asked], Path]:  # fmt: skip
    """The models to test, and the folder from which files are taken: those that the steps of the recipe in the file `target` ask, or the
    one that is called so (its role is `model`; `embed` asks it for an embedding). `base_url` and `answers` go before what the recipe says.
    `prompts` finds those that the recipe names.

    Raises:
        NotFound: there is no such file. Invalid: the recipe cannot be read, or that is no model.
    """
    over = {name: value for name, value in (("base_url", base_url), ("answers", answers)) if value is not None}
    path = Path(target)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        recipe, base = recipe_file.load(path, sets, prompts=prompts), path.parent
        wanted = [(role, False) for role in asked_models(recipe)] + [(role, True) for role in embedders(recipe)]
        said = [(role, recipe.models[role].model_dump(exclude_unset=True), vector) for role, vector in wanted]
        if not said:
            raise Invalid(f"No step of {path} asks a model.", "Name a model instead: rowsmith models test provider/name.")
    else:
        said, base = [("model", {"model": target}, embed)], Path()
        if "/" not in target:
            raise Invalid(f"The model {target!r} has no provider.", "Write it as a recipe does: provider/name, for example openai/gpt-4o-mini.")
    try:
        return [Asked(role, Model(**{**settings, **over}), vector) for role, settings, vector in said], base
    except ValidationError as error:
        told = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, told['loc']))}: {told['msg']}.", "See rowsmith models test --help.") from None


def ask_once(
    models: Sequence[Asked], *, keys: Keys, table: Table, weights: Weights, environ: Mapping[str, str], plugins: Sequence[Path] = (),
    on_note: Note = lambda note: None,
) -> Iterator[Trial]:  # fmt: skip
    """Ask each model one question for real, and once only: it is neither repeated nor stored, and no budget counts it."""
    find = partial(registry.provider, folders=tuple(plugins))
    for one in models:
        known = filled(one.model, table.of(one.model))
        ledger = _Noting()
        # With park_s 0 whatever would be waited for, or tried again, ends the test at once.
        make = partial(Gate, ledger, keys=keys, weights=weights, environ=environ, find=find, park_s=0.0, on_note=on_note)
        asked = partial(_asked, replace(one, model=known), ledger, make)
        yield plainly(asked, "asking a model")


async def _asked(one: Asked, ledger: _Noting, make: Callable[[], Gate]) -> Trial:
    gate, model = make(), one.model
    place = way = ""

    def without(reason: str, error: RowsmithError | Paused, fix: str) -> Trial:
        took = time.monotonic() - ledger.begun if ledger.begun else 0.0
        return Trial(one.role, model.model, place, took, way, reason=reason, what=error.what, fix=fix)

    try:
        asker = Asker("test", b"", 0)
        if one.embed:
            way = "embedding"
            vector = await gate.embed(Embed([QUESTION], model, asker))
            value, usage = {"dimensions": len(vector.vectors[0])}, vector.usage
        else:
            model = model.model_copy(update={"reasks": 0})
            place, way = await gate.manner(model, SCHEMA)
            answer = await gate.ask(Ask([{"role": "user", "content": QUESTION}], model, asker, SCHEMA))
            value, usage = answer.value, answer.usage
    except RowFailed as error:
        return without(error.reason, error, FIXES.get(error.reason, _fix(error.reason)))
    except Paused as error:
        return without(error.reason, error, error.fix)
    except RowsmithError as error:
        return without("settings", error, error.fix)
    finally:
        await gate.close()
    spent = None if ledger.cost is None else ledger.cost / PICO
    return Trial(one.role, model.model, place, ledger.seconds, way, ledger.how, value, usage, spent)


def _fix(reason: str) -> str:
    if reason.startswith("http_"):
        return (
            "Look at the settings that the message names; often it is answers (try --answers object, tools or json), token_field, "
            "reasoning_effort, extra or base_url."
        )
    return FORM

