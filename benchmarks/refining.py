"""How often the re-test of `rowsmith prompts refine` accepts a change of a prompt that does nothing, and one that does.

    python benchmarks/refining.py [--simulations 200] [--inputs 40] [--seed 1] [--quick]

Each simulation goes the whole way against a scripted model on a socket: samples are drawn, those that fail are noted, the detector is an expression
that is right of them, and the change is tried on the same inputs. Each input fails with a chance of its own (0.2 to 0.8), each draw by itself. The
changes:

    nothing   other words, the same chances
    worse     chances higher by 0.15
    fall      every chance times 0.35: about half fail before, a sixth after

`reused` counts how often the change that does nothing would pass if the noted samples themselves were its old side, whose inputs are those that
failed: why both sides are drawn anew. The last line of the output is one JSON object; the exit code is 1 when a change that does nothing or is worse
is accepted more often than the level allows (the upper end of 95 % of the binomial distribution of a share of 5 %), or the fall is found in fewer
than 80 %.
"""

from __future__ import annotations

import argparse
import json
import sys
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from comparing import TARGET, within

from rowsmith import Lab
from rowsmith.app.asking import Asking
from rowsmith.app.refining import Refining
from rowsmith.app.retesting import retest
from rowsmith.core.falling import decided
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.core.samples import Note, Sample
from rowsmith.core.themes import Proposed, grouped
from rowsmith.testing import ModelServer, Request

CHANGES = {"nothing": "Kindly answer", "worse": "Hastily answer", "fall": "Carefully answer"}
FAILS = "answer = 'bad'"


class Writer:
    """Answers `bad` with the chance that an input has under a prompt. A draw is chance: it depends on the input, the prompt's words, and how often it
    was asked for them."""

    def __init__(self, seed: int) -> None:
        self.seed, self.asked = seed, dict[str, int]()

    def __call__(self, request: Request) -> str:
        words, _, name = request.text.partition(" input ")
        self.asked[request.text] = nth = self.asked.get(request.text, 0) + 1
        return "bad" if self._chance(f"{request.text} {nth}") < self._failing(words, name) else "good"

    def _failing(self, words: str, name: str) -> float:
        own = 0.2 + 0.6 * self._chance(name)
        return min(1.0, own + 0.15) if words.startswith("Hastily") else own * 0.35 if words.startswith("Carefully") else own

    def _chance(self, text: str) -> float:
        return int.from_bytes(blake2b(f"{self.seed} {text}".encode(), digest_size=7).digest(), "big") / 2**56


def simulated(simulations: int, inputs: int, seed: int) -> dict[str, int]:
    """How many of so many simulations accept each change, and how many would accept nothing with the noted samples as the old side (`reused`)."""
    counts = {**dict.fromkeys(CHANGES, 0), "reused": 0}
    writer = Writer(seed)
    with TemporaryDirectory() as folder, ModelServer(writer) as server, Lab(folder) as lab:
        asked = Model(model="openai/m", base_url=server.url)
        for number in range(simulations):
            refining = Refining(Asking(lab.project().runs), writer=asked)
            old = Prompt(text=f"Answer {number} input {{{{ name }}}}")
            given = [Sample(id=f"{n}", input={"name": f"{number}.{n}"}) for n in range(inputs)]
            drawn = refining.draw("p", old, given).samples
            failing = [sample for sample in drawn if sample.output == {"answer": "bad"}]
            notes = [Note(sample=sample.id, text="bad", verdict="bad") for sample in failing]
            notes += [Note(sample=sample.id, verdict="good") for sample in drawn if sample not in failing]
            themes = refining.check(grouped([Proposed("bad", "", [(None, "bad")], FAILS)], notes).themes, notes, drawn)
            for change, words in CHANGES.items():
                new = Prompt(text=f"{words} {number} input {{{{ name }}}}")
                found = retest(refining, "p", old, new, themes, drawn)
                counts[change] += found.accepted
                if change == "nothing":
                    counts["reused"] += _reused(failing, {row.id: row.new.failing for row in found.rows})
    return counts


def _reused(failing: list[Sample], new: dict[str, float | None]) -> bool:
    """Whether the noted samples, all of which failed, would accept what came of their inputs anew."""
    return decided([(1.0, new[sample.id] or 0.0, sample.id) for sample in failing]).verdict == "fell"


def main() -> int:
    """Print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--inputs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="20 simulations")
    given = parser.parse_args()
    n = 20 if given.quick else given.simulations
    found, (_, most) = simulated(n, given.inputs, given.seed), within(n)
    print(f"{n} simulations of {given.inputs} inputs; at most {most} acceptances of what does nothing are within the level")
    for change, count in found.items():
        print(f"{change:<10} accepted {count:>4} {count / n:>7.1%}")
    told: dict[str, Any] = {"simulations": n, "inputs": given.inputs, "most_false": most, **found}
    print(json.dumps(told))
    return int(found["nothing"] > most or found["worse"] > most or found["fall"] < TARGET * n)


if __name__ == "__main__":
    sys.exit(main())
