"""Variation and sudden death: whatever is killed, and however often, the same rows with the same values come of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from proofs import sound
from stage import Stage, server, stage

from rowsmith.store.datasets import Datasets

RECIPE = Path(__file__).with_name("variation.yaml")
ROWS, EACH, PLACES = 40, 6, 8


def drawn(home: Stage) -> dict[str, tuple[Any, ...]]:
    """What made each row, by its id: values and model."""
    with home.database() as db:
        sound(db)
        version = Datasets(db).resolve("default", "variation")
        found = [(row.id, row.data["answer"], row.origin["variant"], row.origin["made"][-1]["model"]) for row in Datasets(db).rows(version)]
    return {id_: (sorted(values.items()), model) for id_, _, values, model in found}


def test_kills_at_random_draw_the_same(tmp_path: Path, kind: str, seed: int) -> None:
    chance = random.Random(seed)
    with server(latency="0.02-0.08", seed=seed) as model:
        with stage(tmp_path / "whole", kind) as home:
            home.items(ROWS)
            assert home.result(*home.run(model, recipe=RECIPE, places=PLACES))["kept"] == ROWS * EACH
            whole = drawn(home)
        before, kills = len(model.calls), 0
        with stage(tmp_path / "killed", kind) as home:
            home.items(ROWS)
            words = home.run(model, recipe=RECIPE, places=PLACES)
            for _ in range(3):
                with home.start(*words) as command:
                    if not command.kill_within(0.8, 1.6, chance):
                        break
                    kills += 1
            result = home.result(*words)
            assert (result["state"], result["kept"]) == ("finished", ROWS * EACH)
            assert drawn(home) == whole
            assert len(model.calls) - before <= ROWS * EACH + kills * 2 * PLACES  # those in flight, of two models
            home.prove()
