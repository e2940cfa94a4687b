"""Optimises a planted weak prompt with DSPy, against a model server at the address that is told; what came of it, twice."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from rowsmith import Lab
from rowsmith.app.optimizing import Wanted
from rowsmith.core.errors import RowsmithError
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.core.recipe import Recipe
from rowsmith.steps.read.rows import ReadRows

told = json.load(sys.stdin)
priced = {"base_url": told["url"], "price_in": 1.0, "price_out": 1.0, "concurrency": 32}
said = {}
with Lab(told["home"]) as lab:
    project = lab.project()
    project.runs.start(Recipe(name="t", steps=[ReadRows(rows=told["rows"])]))
    project.prompts.add(Prompt(text=told["prompt"]), "weak")
    for how in ("mipro", "gepa"):
        wanted = Wanted(
            "t", how=how, model=Model(model="openai/m", **priced), proposer=Model(model="openai/big", **priced), candidates=4, demos=2, by=("source",)
        )
        capped = "no cap was reached"
        try:
            project.prompts.optimize("weak", Wanted(**{**{name: getattr(wanted, name) for name in wanted.__slots__}, "budget_usd": 0.004}))
        except RowsmithError as error:
            capped = error.what
        spent = sum(one.cost_usd or 0 for one in project.runs.list(1000))
        one, two = (project.prompts.optimize("weak", wanted) for _ in range(2))
        best = one.best and one.best.prompt and one.best.prompt.dump()
        bought = len({*one.runs, *two.runs})
        said[how] = {
            "verdict": one.verdict, "effect": asdict(one.effect) if one.effect else None, "best": best, "again": one.effect == two.effect,
            "candidates": [row.dump() for row in one.candidates], "capped": capped, "spent": spent, "runs": bought,
        }  # fmt: skip
print(json.dumps(said))
