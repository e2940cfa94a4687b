"""The guided generator through its whole path, by a scripted person and model: how long it takes, and what kills between turns cost.

    python benchmarks/guiding.py [--rows 50] [--latency 1.0] [--malformed 0.05] [--seed 1] [--quick]

`rowsmith guide --answers FILE` runs as a process of its own, against a scripted server that takes `latency` seconds an answer and gives so many
malformed ones; concurrency is the default. The person answers, changes one thing, is unclear once, edits a sample, has one made again, and confirms.
Twice: once undisturbed, and once killed (SIGKILL) after every turn that it has kept, and started again with the same command.

What is told: seconds from the start of the first process to the file, rows, whether all are valid and the edited one is there byte for byte, calls,
and calls that were sent twice: those in flight at a kill may be. The last line is one JSON object; the exit code is 1 where rows are missing or
invalid, or the undisturbed way takes more than 30 s.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from rowsmith import Lab
from rowsmith.testing import CommandLine, ModelServer, Request

LIMIT_S = 30.0
EXACT = "Edited by hand:\r\n\t{{ x }} ${y} \u00a0 é"
SAYS = {
    "A patient support agent": ("role_persona", "A patient support agent"), "Answer complaints": ("task_goal", "Answer complaints about bills"),
    "To compare": ("use_case", "To compare two prompts"), "The customer's message": ("input_format", "The customer's message as plain text"),
    "A short reply": ("output_format", "A short reply"),
}  # fmt: skip
REPLIES: list[Any] = [
    "hmm", "A patient support agent. Answer complaints about bills.", "To compare two prompts.",
    "The customer's message as plain text, and A short reply.", "done", "add no real names to constraints", "looks good",
    {"edit": 2, "answer": EXACT}, {"again": [3]}, "continue",
]  # fmt: skip
THINGS = ("bill", "router", "contract", "move", "refund", "address", "password", "discount", "outage", "number", "tablet", "invoice", "cable")


class Mind:
    """The model: reads the prompt, takes replies down, names attributes, and writes rows that are all different."""

    def __init__(self) -> None:
        self.written = 0

    def __call__(self, request: Request) -> Any:
        fields = (request.schema or {}).get("properties", {})
        if "attributes" in fields:
            tones = {"name": "tone", "values": ["polite", "angry", "confused"]}
            return {"attributes": [tones, {"name": "length", "values": ["short", "long"]}], "edge_cases": ["two questions in one", "no number"]}
        if "kind" in fields:
            reply = request.text.split("The reply:")[-1]
            found = [{"item": item, "value": quote, "quote": quote, "how": "stated"} for words, (item, quote) in SAYS.items() if words in reply]
            return {"kind": "says", "items": [one for one in found if one["quote"] in reply]}
        if "items" in fields:
            shown = ({"item": "role_persona", "value": "an agent", "quote": "support agent"}, {"item": "use_case", "value": "x", "quote": "nowhere"})
            return {"items": list(shown)}
        self.written += 1
        thing = THINGS[self.written % len(THINGS)]
        said = f"Case {self.written}: my {thing} of {self.written * 17} is wrong, see {self.written**2}"
        return {"input": said, "answer": f"Sorry about the {thing}."}


class Path_:
    """One way through, in a folder of its own."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        folder.mkdir()
        (folder / "prompt.md").write_text("You are a support agent.\nAnswer: {{ message }}\n", encoding="utf-8")
        self.kills = 0

    def measure(self, *, killed: bool) -> dict[str, Any]:
        """Walk it; the figures."""
        told = self.options
        faults = {"malformed": told.malformed} if told.malformed else {}
        with ModelServer(Mind(), latency=told.latency, faults=faults, seed=told.seed) as server:
            said = {"name": "support", "prompt": "prompt.md", "model": "openai/m", "base_url": server.url, "rows": told.rows, "replies": REPLIES}
            (self.folder / "replies.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
            start = time.monotonic()
            result = self._killed() if killed else self._once()
            seconds = time.monotonic() - start
            calls = server.calls
            again = sum(calls.repeated().values())
            figures = {"seconds": round(seconds, 2), "calls": len(calls.requests), "sent_twice": again, "kills": self.kills}
        rows = [json.loads(line) for line in Path(result["path"]).read_text(encoding="utf-8").splitlines()]
        valid = sum(set(row) == {"input", "answer"} and bool(row["input"].strip() and row["answer"].strip()) for row in rows)
        unclear = result["items"]["use_case"]["evidence"][0]["source"] != "prompt" and result["items"]["domain_expertise"]["state"] == "open"
        return {**figures, "rows": len(rows), "valid": valid, "edit_kept": any(row["answer"] == EXACT for row in rows), "open_stays_open": unclear}

    def _start(self) -> CommandLine:
        words = ("guide", "--answers", "replies.yaml", "--json", "--home", self.folder / "home")
        return CommandLine(*words, cwd=self.folder)

    def _once(self) -> dict[str, Any]:
        with self._start() as command:
            if command.wait(600) != 0:
                raise SystemExit(f"The guide ended badly.\n{command.err[-2000:]}")
            return command.result

    def _killed(self) -> dict[str, Any]:
        """A process is killed as soon as it has kept one turn more than there were."""
        turns = 0
        while True:
            with self._start() as command:
                while command.process.poll() is None:
                    if (now := self._turns()) > turns:
                        turns = now
                        self.kills += 1
                        command.kill()
                        break
                    time.sleep(0.02)
                else:
                    if command.wait() != 0:
                        raise SystemExit(f"The guide ended badly.\n{command.err[-2000:]}")
                    return command.result

    def _turns(self) -> int:
        if not (self.folder / "home" / "rowsmith.db").exists():
            return 0
        try:
            with Lab(self.folder / "home", environ={}) as lab:
                listed = lab.project().guides.list()
                return listed[0].turns if listed and listed[0].phase != "done" else 0
        except Exception:  # noqa: BLE001 - the home is being made
            return 0


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    """Measure both ways."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--malformed", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="12 rows at 0.05 s")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rows, options.latency = 12, 0.05
    with TemporaryDirectory(prefix="rowsmith-guiding-") as folder:
        found = {way: Path_(Path(folder) / way, options).measure(killed=way == "killed") for way in ("undisturbed", "killed")}
    for way, figures in found.items():
        print(f"{way:12}" + "  ".join(f"{name} {value}" for name, value in figures.items()))
    return {"rows": options.rows, "latency_s": options.latency, "malformed": options.malformed, "limit_s": LIMIT_S, **found}


def holds(found: dict[str, Any]) -> bool:
    """Whether it is as it should be."""
    ways = (found["undisturbed"], found["killed"])
    whole = all(way["rows"] == way["valid"] == found["rows"] and way["edit_kept"] and way["open_stays_open"] for way in ways)
    return whole and found["undisturbed"]["seconds"] <= LIMIT_S


if __name__ == "__main__":
    result = main()
    print(json.dumps(result))
    sys.exit(0 if holds(result) else 1)
