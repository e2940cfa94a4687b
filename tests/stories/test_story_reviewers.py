"""kill -9 while rows go to people and while reviews come back: the same command again brings the rest, and nothing twice."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from argilla_server import ArgillaServer, argilla_server
from label_studio_server import LabelStudioServer, label_studio_server

from rowsmith import Lab
from rowsmith.testing import CommandLine, failpoint_env

pytestmark = pytest.mark.slow
ROWS = 250
TARGETS = ["argilla:team/qa", "label-studio:Questions"]


class World:
    """A home with a dataset, and the tool that people use."""

    def __init__(self, folder: Path, target: str, server: ArgillaServer | LabelStudioServer) -> None:
        self.folder, self.target, self.server = folder, target, server
        lines = [json.dumps({"input": f"{n}?", "answer": f"{n}."}) for n in range(ROWS)]
        (folder / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert self.say("import", "in.jsonl", "--into", "t")[0] == 0

    def say(self, *words: str, **env: str) -> tuple[int, str, str]:
        more = {"ROWSMITH_HOME": str(self.folder / "home"), **self.server.environ, **env}
        with CommandLine(*words, env=more, cwd=self.folder) as command:
            code = command.wait(120)
            return code, command.out, command.err

    def tell(self, *words: str) -> Any:
        code, out, err = self.say(*words, "--json")
        assert code == 0, err
        return json.loads(out.splitlines()[-1])

    @property
    def shown(self) -> list[str]:
        """What people see, of every record."""
        if isinstance(self.server, ArgillaServer):
            return [one["fields"]["input"] for one in self.server.every()]
        return [one["data"]["input"] for one in self.server.tasks]

    def answer_all(self) -> None:
        """Somebody corrects every third row, and accepts the others."""
        for number in range(ROWS):
            said = {"correction": f"{number}!"} if number % 3 == 0 else {"verdict": "accept"}
            if isinstance(self.server, ArgillaServer):
                self.server.respond(self.server.every()[number], **said)
            else:
                self.server.annotate(self.server.tasks[number], **{
                    name: {"text": [value]} if name == "correction" else {"choices": [value]} for name, value in said.items()
                })  # fmt: skip


@contextmanager
def world(folder: Path, target: str) -> Iterator[World]:
    with argilla_server() if target.startswith("argilla") else label_studio_server() as server:
        yield World(folder, target, server)


@pytest.mark.parametrize("target", TARGETS)
def test_a_push_that_is_killed_goes_on_and_sends_nothing_twice(target: str, tmp_path: Path) -> None:
    with world(tmp_path, target) as w:
        for batch in range(2):
            assert w.say("push", "t", target, **failpoint_env({"reviewers.added": "kill"}))[0] == -signal.SIGKILL
            assert len(w.shown) == 100 * (batch + 1)
        told = w.tell("push", "t", target)
        assert (told["added"], told["unchanged"]) == (50, 200)
        assert sorted(w.shown) == sorted(f"{n}?" for n in range(ROWS))


@pytest.mark.parametrize("target", TARGETS)
def test_a_pull_that_is_killed_goes_on_and_takes_nothing_twice(target: str, tmp_path: Path) -> None:
    with world(tmp_path, target) as w:
        w.tell("push", "t", target)
        w.answer_all()
        code, _, _ = w.say("pull", target, "--into", "t", **failpoint_env({"reviewers.taken": "kill:120"}))
        assert code == -signal.SIGKILL
        told = w.tell("pull", target, "--into", "t")
        assert (told["added"] + told["known"], told["known"] in (119, 120), told["missing"]) == (ROWS, True, [])
        assert w.tell("pull", target, "--into", "t")["added"] == 0
        with Lab(w.folder / "home") as lab:
            reviews = lab.project().reviews.list("t")
            assert (len(reviews), all(one.current for one in reviews)) == (ROWS, True)
            assert sum(str(row.data["answer"]).endswith("!") for row in lab.project().datasets.rows("t")) == (ROWS + 2) // 3


@pytest.mark.parametrize("target", TARGETS)
def test_a_server_that_goes_away_is_told_and_the_push_goes_on(target: str, tmp_path: Path) -> None:
    with world(tmp_path, target) as w:
        ending = "/records/bulk" if target.startswith("argilla") else "/import"
        w.server.breaks = lambda seen: seen.target.endswith(ending) and len(w.server.asked("POST", ending)) > 2
        code, _, err = w.say("push", "t", target)
        assert (code, "broke off" in err, "the same command goes on" in err, "Traceback" in err) == (1, True, True, False)
        w.server.breaks = lambda seen: False
        assert w.tell("push", "t", target)["added"] == 50
