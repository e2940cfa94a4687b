"""Stories of erasure: killed at each of its steps, a forgetting is as if it had never begun, or hides its rows and is finished by the next."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from stage import Stage, stage

from rowsmith import Lab
from rowsmith.app.proof import verify
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.testing import ModelServer, Request, failpoint_env, failpoint_names

sys.path.append(str(Path(__file__).parents[1] / "app"))
from planted import places

RECIPE = """
name: notes
parameters: {input: {}, model: {}, base_url: {}, concurrency: {default: 4}}
models: {writer: {model: "openai/${model}", base_url: "${base_url}", concurrency: "${concurrency}"}}
steps:
  - {kind: read.files, paths: "${input}"}
  - {kind: generate.columns, prompt: "Say {{ text }}", output: {answer: string}, forward: [text]}
  - {kind: filter.duplicates, columns: [answer]}
"""
STEPS = [name for name in failpoint_names() if name.startswith("forget.")]


@dataclass
class Story:
    """A home that has read a file for each step at which it will be killed, and one that stays."""

    home: Stage
    names: dict[str, str] = field(default_factory=dict)

    def begin(self, model: ModelServer, steps: list[str]) -> None:
        notes = self.home.folder / "notes"
        notes.mkdir()
        for number, step in enumerate([*steps, "stays"]):
            self.names[step] = f"{number}.txt"
            (notes / f"{number}.txt").write_text(f"The word of number {number} is {planted(number)}, and no other.\n", encoding="utf-8")
        recipe = self.home.folder / "notes.yaml"
        recipe.write_text(RECIPE, encoding="utf-8")
        assert self.home.result(*self.home.run(model, recipe=recipe, input=notes))["kept"] == len(steps) + 1

    def killed_at(self, step: str) -> None:
        """Killed there; what is left is old or new; and the same command again finishes."""
        name, word = self.names[step], planted(int(self.names[step].removesuffix(".txt")))
        done = self.home.finish("forget", name, "--yes", env=failpoint_env({step: "kill"}))
        assert done.returncode == -signal.SIGKILL, (step, done.stdout, done.stderr)
        begun = step != "forget.recording"
        with self.home.database() as db:
            assert (word in shown(db)) == (not begun), step
            assert all(planted(number) in shown(db) for number in self._left(step)), step
        with Lab(self.home.home, files=self.home.files) as lab:
            problems = verify(lab, rebuild=False).problems
            assert [problem["kind"] for problem in problems] == ["erasure"] * begun, (step, problems)
            told = lab.project().provenance.forget(name)
        assert (told.rows, told.versions, told.calls, told.files) == (1, 1, 1, 1), (step, told)
        with self.home.database() as db:
            assert places(db, self.home.files, word) == [], step
            assert all(planted(number) in shown(db) for number in self._left(step)), step

    def _left(self, step: str) -> list[int]:
        """The numbers of the files whose turn has not come."""
        order = list(self.names)
        return [int(self.names[other].removesuffix(".txt")) for other in order[order.index(step) + 1 :]]


def planted(number: int) -> str:
    """A word that stands nowhere else."""
    return f"Zörb-{number}-quilm-{number * 7919 + 104729}"


def shown(db: Database) -> str:
    """All that the head of the dataset says."""
    return " ".join(str(row.data) for row in Datasets(db).rows(Datasets(db).resolve("default", "notes")))


def answer(request: Request) -> dict[str, str]:
    """It repeats what it was asked."""
    return {"answer": f"{request.text}!"}


def killed(folder: Path, kind: str, steps: list[str]) -> None:
    """A home in which each of these steps is the end of a process."""
    with ModelServer(answer) as model, stage(folder, kind) as home:
        story = Story(home)
        story.begin(model, steps)
        for step in steps:
            story.killed_at(step)
        assert len(home.prove().erased) == 2  # the version, and the run
