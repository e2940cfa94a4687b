"""Has a model mend what checks have flagged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag, flags_of
from rowsmith.core.ports import Context
from rowsmith.core.row import Json, Row
from rowsmith.core.said import Part, parts, replaced
from rowsmith.core.step import ModelRole, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import messages

REPAIR = "repair"
"""Where a row's origin keeps what this step has done: `why` (check, reason and path of each flag that it was asked to mend), `texts` (those that it
changed, by path), and the flags that the row had `before`."""
_NEVER = ("context", "label", "system")
"""Roles of texts that a flag of the whole row does not open: what an answer rests on stays what it is."""
_LIKELY = re.compile(r"likely (.+)", re.DOTALL)


class Repair(Step):
    """Asks a model to mend what earlier checks have flagged, takes their flags away, and passes the row on with its id: checks behind it look anew.

    The flags are told as data, with reason, place and what stands there. The model gives the texts that they are about (of a flag of the whole row:
    all but sources, system prompts and labels) and nothing else, so the row keeps its shape. A label becomes the one that the check finds likelier,
    or stays. A row for which no usable answer comes goes on as it is. `origin.repair` says what was mended and why.
    """

    flags: list[str] = Field([], description="Flags that are mended: a check (pii), or check and reason (pii.card). Default: all.")
    model: ModelRole = Field("writer", description="Role of the model that mends.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call for a row with such a flag."""
        told = dict(row.origin.get(REPAIR) or {"before": row.origin.get("flags", [])})
        bare = replace(row, origin={**{name: one for name, one in row.origin.items() if name != "flags"}, REPAIR: told})
        found = [flag for flag in flags_of(row) if self._mends(flag, told)]
        asked = _opened(row, found)
        if not asked:
            return [bare]
        try:
            texts = await self._texts(row, found, asked, ctx)
        except RowFailed:
            return [bare]
        if not texts:
            return [bare]
        why = [*told.get("why", ()), *({"check": flag.check, "reason": flag.reason, "path": flag.path} for flag in found)]
        told |= {"why": list({tuple(one.values()): one for one in why}.values()), "texts": {**told.get("texts", {}), **texts}}
        return [replace(bare, data=replaced(row.data, texts), origin={**bare.origin, REPAIR: told})]

    async def _texts(self, row: Row, found: Iterable[Flag], asked: list[Part], ctx: Context) -> dict[str, str]:
        """The texts that the model gives and that differ from what was there."""
        said = {part.path: part.text for part in parts(row.data)}
        shown: dict[str, Json] = {**said, "findings": [_shown(flag, said) for flag in found]}
        mark = mark_of(shown)
        findings = fenced({"findings": shown.pop("findings")}, mark)
        scope = {"record": fenced(shown, mark), "findings": findings, "paths": ", ".join(part.path for part in asked), "mark": mark}
        request = await messages(ctx, shipped("repair_system"), shipped("repair"), scope)
        answer = await ctx.ask(request, model=self.model, schema=_schema(asked, found), prompt=shipped("repair"))
        return {part.path: text for part in asked if (text := answer.value[part.path]) != part.text}

    def _mends(self, flag: Flag, told: dict[str, Any]) -> bool:
        """Whether it is one to be mended: one that was asked for, or one that an earlier mending has brought."""
        if not self.flags or any(one in (flag.check, f"{flag.check}.{flag.reason}") for one in self.flags):
            return True
        return "texts" in told and (flag.check, flag.reason) not in {(one["check"], one["reason"]) for one in told["before"]}


def _opened(row: Row, found: list[Flag]) -> list[Part]:
    """The texts that may change."""
    said = parts(row.data)
    paths = {flag.path for flag in found if flag.path}
    whole = any(not flag.path for flag in found)
    return [part for part in said if part.path in paths or (whole and part.role not in _NEVER and part.text.strip())]


def _shown(flag: Flag, said: dict[str, str]) -> dict[str, Json]:
    told: dict[str, Json] = {"path": flag.path, "check": flag.check, "reason": flag.reason, "detail": flag.detail}
    if flag.span is not None and flag.path in said:
        told |= {"span": list(flag.span), "quoted": said[flag.path][slice(*flag.span)]}
    return told


def _schema(asked: list[Part], found: Iterable[Flag]) -> dict[str, Any]:
    likely = {flag.path: said[1] for flag in found if (said := _LIKELY.fullmatch(flag.detail))}
    texts: dict[str, Any] = {
        part.path: {"enum": [part.text, likely[part.path]]} if part.role == "label" and part.path in likely else {"type": "string"} for part in asked
    }
    return {"type": "object", "properties": texts, "required": list(texts), "additionalProperties": False}
