"""How often `rowsmith optimize` makes a weak prompt better and says so, and how often it says so where nothing is better.

    python benchmarks/optimizing.py [--simulations 40] [--rows 120] [--seed 1] [--quick]

A scripted model on a real socket answers questions about labels. The planted prompt does not name the labels; the model answers 35 % of the rows
rightly with it, and 85 % with a prompt that names them all, by instruction or by example. As the proposer it writes three prompts of which one names
them. In the other half of the simulations the model heeds no prompt: 50 % of its answers are right, each prompt and row by itself, so that some
candidate always looks better on the dev rows by luck. Each simulation is one optimisation, the whole way: split, search, held-out rows, verdict.

What is counted: `better` where the prompt can be made better, and where it cannot; beside the latter the count that is passed in 2.5 % of cases where
the share is 5 %. The last line of the output is one JSON object; the exit code is 1 when fewer than 80 % are found or false alarms lie above that.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from hashlib import blake2b
from math import comb
from tempfile import TemporaryDirectory
from typing import Any

from rowsmith import Lab
from rowsmith.app.optimizing import Wanted
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.core.recipe import Recipe
from rowsmith.steps.read.rows import ReadRows
from rowsmith.testing import ModelServer, Request

LABELS = ("billing", "delivery", "returns")
WEAK = "What is this message about?\n\n{{ text }}"
PROPOSALS = (
    "Say in one word what this message is about.\n\n{{ text }}", "You are a careful clerk. What is the topic?\n\n{{ text }}",
    f"Answer with {', '.join(LABELS[:-1])} or {LABELS[-1]}, and nothing else.\n\n{{{{ text }}}}",
)  # fmt: skip
PROPOSING = "The prompt that is to become better"
TARGET, RATE = 0.8, 0.05


def luck(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts alone."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "big") / 2**64


def heeding(request: Request) -> Any:
    """A model that does better where the prompt says which labels there are."""
    said = "\n".join(str(message["content"]) for message in request.data["messages"])
    return _answer(request, said, 0.85 if all(label in said for label in LABELS) else 0.35)


def deaf(request: Request) -> Any:
    """A model whose answers are right or wrong by luck, whatever the prompt says."""
    return _answer(request, "\n".join(str(message["content"]) for message in request.data["messages"]), 0.5)


def _answer(request: Request, said: str, chance: float) -> Any:
    if PROPOSING in request.text:
        number = int(len(PROPOSALS) * luck("proposal", request.text))
        return {"why": "The labels were not named.", "system": f"Try {luck(request.text):.6f}.", "text": PROPOSALS[number]}
    right = LABELS[int(re.findall(r"message (\d+)-", said)[-1]) % 3]
    return right if luck(said) < chance else "I cannot say."


def simulated(simulations: int, rows: int, seed: int) -> dict[str, dict[str, Any]]:
    """For both models: how often `better` was said, with the mean difference on the held-out rows, calls and seconds each."""
    found: dict[str, dict[str, Any]] = {}
    for name, model in (("heeding", heeding), ("deaf", deaf)):
        better, differences, calls, start = 0, [], 0, time.monotonic()
        with ModelServer(model) as server, TemporaryDirectory() as folder, Lab(folder) as lab:
            project = lab.project()
            project.prompts.add(Prompt(text=WEAK), "weak")
            asked = Model(model="openai/m", base_url=server.url, max_tokens=20, price_in=1.0, price_out=1.0, concurrency=32)
            for n in range(simulations):
                project.runs.start(Recipe(name=f"t{n}", steps=[ReadRows(rows=_rows(rows, seed * 1000 + n))]))
                wanted = Wanted(f"t{n}", model=asked, rounds=1, candidates=4, demos=3, by=("source",), seed=n)
                done = project.prompts.optimize("weak", wanted)
                better += done.verdict == "better"
                differences.append(done.effect.difference if done.effect and done.effect.difference is not None else 0.0)
                calls += done.cost.calls
        took = time.monotonic() - start
        found[name] = {
            "better": better, "difference": sum(differences) / simulations, "calls": calls / simulations, "seconds": took / simulations,
        }  # fmt: skip
    return found


def within(n: int, share: float = RATE) -> int:
    """The count above which lie at most 2.5 % of the binomial distribution."""
    each = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    return next(k for k in range(n + 1) if sum(each[k + 1 :]) <= 0.025)


def _rows(count: int, seed: int) -> list[dict[str, Any]]:
    texts = [f"message {n}-{seed}: {blake2b(f'{n} {seed}'.encode()).hexdigest()[:40]}" for n in range(count)]
    return [{"id": str(n), "text": text, "label": LABELS[n % 3]} for n, text in enumerate(texts)]


def main() -> int:
    """Print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--simulations", type=int, default=40)
    parser.add_argument("--rows", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="5 simulations")
    given = parser.parse_args()
    n = 5 if given.quick else given.simulations
    found, most = simulated(n, given.rows, given.seed), within(n)
    print(f"{n} optimisations of {given.rows} rows each (95 % of the time at most {most} false alarms at {RATE:.0%})")
    print(f"{'model':<10} {'better':>12} {'difference':>12} {'calls':>8} {'seconds':>8}")
    for name, one in found.items():
        print(
            f"{name:<10} {one['better']:>5} {one['better'] / n:>6.1%} {one['difference']:>+12.3f} {one['calls']:>8.0f} {one['seconds']:>8.2f}"
        )
    print(json.dumps({"simulations": n, "rows": given.rows, "alarms_high": most, "models": found}))
    return int(found["heeding"]["better"] < TARGET * n or found["deaf"]["better"] > most)


if __name__ == "__main__":
    sys.exit(main())
