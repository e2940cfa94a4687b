"""kill -9 in the middle of a push: the repository is what it was, and the same command again sends what was not sent, with one commit."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from dataset_hub import DatasetHub, dataset_hub, is_large, lines

from rowsmith.testing import CommandLine, failpoint_env, visits

pytestmark = pytest.mark.slow
TOKEN = "hf_writes0123456789"
SENDING = ["push.created", "push.uploaded", "push.commit.before", "push.commit.after"]


def spoken(folder: Path, hub: DatasetHub, *words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    given = {"ROWSMITH_HOME": str(folder / "home"), **hub.environ(folder / "cache", HF_TOKEN=TOKEN), **(env or {})}
    with CommandLine(*words, env=given, cwd=folder) as command:
        code = command.wait(120)
        return code, command.out


def test_a_push_that_is_killed_changes_nothing_and_is_gone_on_with(tmp_path: Path) -> None:
    with dataset_hub() as hub:
        hub.writes, hub.part = {TOKEN: ("acme",)}, 3000
        (tmp_path / "in.jsonl").write_bytes(lines([{"text": f"text {n}", "part": "ab"[n % 2]} for n in range(500)]))
        assert spoken(tmp_path, hub, "import", "in.jsonl", "--into", "t", "--as", "jsonl")[0] == 0
        words = ["push", "t", "hf:acme/qa", "--split-by", "part", "--json"]
        whole = ["push", "t", "hf:acme/whole", "--split-by", "part"]
        assert spoken(tmp_path, hub, *whole, env=failpoint_env({}, tmp_path / "trace"))[0] == 0
        seen, named = visits(tmp_path / "trace"), {"README.md": b"", "croissant.json": b""}  # the repository's name stands in both
        assert seen["push.part"] > 1
        assert set(SENDING) <= set(seen)
        for number, point in enumerate(["push.part", *SENDING]):
            name = f"hf:acme/qa{number}"
            words[2] = name
            hub.objects.clear()
            hub.asked.clear()
            assert spoken(tmp_path, hub, *words, env=failpoint_env({point: "kill"}))[0] == -signal.SIGKILL, point
            repo = hub.repos[name.removeprefix("hf:")]
            committed = point == "push.commit.after"
            assert len(repo.log) == (2 if committed else 1), point
            there = set(hub.objects)
            code, out = spoken(tmp_path, hub, *words)
            told = json.loads(out.splitlines()[-1])
            assert (code, len(repo.log), told["commit"]) == (0, 2, repo.refs["main"]), point
            assert {**repo.head, **named} == {**hub.repos["acme/whole"].head, **named}, point
            large = [path for path in repo.head if is_large(path)]
            small = [] if committed else [".rowsmith/push.json", "README.md", "croissant.json"]
            assert [path for path in told["sent"] if path not in large] == small, point
            assert len([path for path in told["sent"] if path in large]) == (0 if committed else len(large) - len(there)), point
