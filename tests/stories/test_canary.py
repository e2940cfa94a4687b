"""A canary key, in each place that keys come from, through everything that a home does: no byte that is written holds it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import canary
import keyring
import pytest
import yaml
from canary import Parrot
from homes import Place, place
from keyring.backends.fail import Keyring as NoKeyring
from keyrings import FOLDER, FileKeyring
from running import called

from rowsmith.testing import CommandLine

NAME = "OPENAI_API_KEY"
CONTROL = "CONTROL-3f9d27c1b5e0"
FAULTS = ["400", "401", "403", "404", "500", "503", "page", "broken", "redirect"]
POINTS = ["gate.send", "gate.answered", "ledger.settle.before"]
PATHS = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
LOUD = """
import logging, sys, threading, traceback
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
def told(kind, error, trace, *_):
    sys.stderr.writelines(traceback.TracebackException(kind, error, trace, capture_locals=True).format())
sys.excepthook = told
threading.excepthook = lambda args: told(args.exc_type, args.exc_value, args.exc_traceback)
from rowsmith import Lab
lab = Lab(sys.argv[1])
sources = lab.keys.of("default")
print(lab.project().runs.start(sys.argv[2], fresh=True).dump(), lab, lab.keys, sources, lab.keys.list())
"""
"""A run with everything logged that Python can log, and tracebacks with the values of their variables."""


class Story:
    """One home, one key, and everything that its commands said."""

    def __init__(self, where: Place, server: Parrot, env: dict[str, str]) -> None:
        self.where, self.server, self.folder = where, server, where.folder
        self.env = {**where.env, **env, "ROWSMITH_STORAGE_WAIT_S": "0", "TMPDIR": str(self.folder / "tmp")}
        self.said: list[tuple[str, bytes]] = []

    def say(self, *words: str, stdin: str = "", codes: tuple[int, ...] = (0,)) -> str:
        done = called([*words], self.env, self.folder, stdin)
        self.said.append((" ".join(words), f"{done.stdout}\n{done.stderr}".encode()))
        assert done.returncode in codes, (words, done.stdout, done.stderr)
        return done.stdout

    def tell(self, *words: str, codes: tuple[int, ...] = (0,)) -> Any:
        return json.loads(self.say(*words, "--json", codes=codes).splitlines()[-1])

    def recipe(self, name: str, *asked: str, **model: Any) -> str:
        writer = {"model": "openai/m", "base_url": self.server.url, "retries": 1, "reasks": 0, "idle_s": 1, "price_in": 1, "price_out": 1, **model}
        ask = {"kind": "generate.columns", "prompt": "{{ text }}", "output": {"answer": "string"}, "forward": ["text"]}
        source = {"kind": "read.rows", "rows": [{"text": f"{CONTROL} {how}"} for how in asked]}
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump({"name": name, "models": {"writer": writer}, "steps": [source, ask]}))
        return f"{name}.yaml"

    def apart(self, *words: str, **env: str) -> bytes:
        """In a process of its own; what it said on both streams."""
        env = {**os.environ, **PATHS, **self.env, **env}
        done = subprocess.run([sys.executable, *words], cwd=self.folder, env=env, capture_output=True, timeout=60, check=False)
        self.said.append((" ".join(words), done.stdout + done.stderr))
        return done.stdout + done.stderr


@pytest.fixture(params=["environment sqlite", "keyring sqlite", "store sqlite", pytest.param("store postgresql", marks=pytest.mark.postgres)])
def story(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Story, str]]:
    """A home whose model is asked with a key from one of the three places; and the key."""
    source, kind = request.param.split()
    key = f"sk-canary/{secrets.token_hex(16)}"
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv(FOLDER, str(tmp_path / "keyring"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.FileKeyring")
    keyring.set_keyring(FileKeyring())
    (tmp_path / "tmp").mkdir()
    with canary.parrot() as server, place(kind, tmp_path) as where:
        made = Story(where, server, {NAME: key} if source == "environment" else {})
        if source != "environment":
            made.say("keys", "add", NAME, "--url", server.url, *(["--keyring"] if source == "keyring" else []), stdin=f"{key}\n")
        yield made, key
    keyring.set_keyring(NoKeyring())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_key_is_written_nowhere(story: tuple[Story, str]) -> None:
    one, key = story
    _use_it(one)
    assert set(one.server.keys) == {key}, "it was sent, each time"
    written = [*_written(one), *one.said]
    print(f"{len(written):,} things written, {sum(len(data) for _, data in written):,} bytes")
    assert [hit for name, data in written for hit in canary.hunted(key, name, data)] == []
    if kek := next((data.decode().strip() for name, data in written if name == "config/kek"), ""):
        assert [name for name, data in written if kek.split()[0].encode() in data] == ["config/kek"]


def _use_it(one: Story) -> None:
    """Everything that can be done with a home."""
    fine = one.recipe("fine", "fine", "repeats")
    plan, shown = ["plan", fine, "--pilot", "1"], [["datasets"], ["show", "fine"], ["rows", "fine"]]
    for words in (["check", fine], plan, ["run", fine], ["runs"], ["runs", "r1"], *shown):
        one.say(*words)
        one.tell(*words)
    one.say("runs", "r1", "--lock")
    one.say("show", "fine", "--row", json.loads(one.say("rows", "fine", "--json").splitlines()[0])["id"])
    ended = {}
    for how in FAULTS:
        told = one.tell("run", one.recipe(how, how, how, "fine"), codes=(0, 3, 4))
        for words in (["runs", told["run"]], ["runs", told["run"], "--failed"], ["runs", told["run"], "--draws"]):
            one.say(*words)
            one.tell(*words)
        ended[told["state"]] = told["run"]
    one.say("cancel", ended["paused"])
    one.say("resume", ended["paused"], codes=(0, 3, 4))
    one.say("run", one.recipe("wrong", "fine", base_url="https://models.example.com/v1"), codes=(1,))
    for kind in ("jsonl", "csv", "alpaca", "openai"):
        for how in ("column", "sidecar"):
            one.say("export", "fine", "--as", kind, "-o", f"out/{how}/fine.{kind}", "--provenance", how, codes=(0, 1))
    calls = one.tell("calls", "list", "--run", "r1")
    one.say("calls", "show", calls[0]["key"])
    one.tell("calls", "show", calls[0]["key"])
    one.say("calls", "export", "out/calls.jsonl", "--dataset", "fine")
    one.say("calls", "import", "out/calls.jsonl", "--home", str(one.folder / "other"))
    one.say("run", fine, "--home", str(one.folder / "other"), "--offline")
    one.say("keys", "list")
    one.tell("keys", "list")
    one.say("keys", "rotate")
    one.say("backup", "one.backup")
    one.say("restore", "one.backup", "--home", str(one.folder / "again"))
    for words in (["verify"], ["doctor"], ["project", "list"], ["events"]):
        one.say(*words)
        one.tell(*words)
    _break_it(one, fine)


def _break_it(one: Story, fine: str) -> None:
    """Errors in the middle of it, with their traces; a debugger's view of them; an end by force."""
    for point in POINTS:
        said = one.apart("-m", "rowsmith.cli.main", "run", fine, "--fresh", ROWSMITH_FAILPOINTS=f"{point}=raise").decode()
        assert f"failpoint {point}" in said + one.say("runs", one.tell("runs")[0]["run"], "--failed")
    for point in ("journal.before_commit=raise", ""):
        shown = one.apart("-c", LOUD, one.where.home, fine, ROWSMITH_FAILPOINTS=point, PYTHONASYNCIODEBUG="1")
        assert (b"Traceback" in shown, b"DEBUG:asyncio" in shown) == (bool(point), True), shown.decode()
    killed = {**one.env, **PATHS, "ROWSMITH_FAILPOINTS": "gate.answered=kill"}
    with CommandLine("run", fine, "--fresh", env=killed, cwd=one.folder) as command:
        command.wait()
        one.said.append(("killed", f"{command.out}{command.err}".encode()))
    one.say("resume", one.tell("runs")[0]["run"])
    assert "throttled" in one.tell("run", one.recipe("429", "429"), codes=(4,))["reason"]
    one.tell("events")
    one.say("keys", "remove", NAME, codes=(0, 1))


def _written(one: Story) -> list[tuple[str, bytes]]:
    """Every byte: files of home, configuration, exports, backups and temporary ones; and every value of the database."""
    with one.where.database_of() as db:
        return [*canary.files(one.folder, one.folder / "keyring"), *canary.rows(db)]


@pytest.mark.slow
def test_the_hunt_finds_what_is_there(kind: str, tmp_path: Path) -> None:
    """What the rows say is found in each place in which a key would be looked for."""
    (tmp_path / "tmp").mkdir()
    with canary.parrot() as server, place(kind, tmp_path) as where:
        one = Story(where, server, {NAME: "sk-another"})
        one.say("run", one.recipe("fine", "fine", "401"), codes=(0, 3, 4))
        one.say("run", one.recipe("good", "fine"), codes=(0,))
        one.say("rows", "good")
        for kind in ("jsonl", "csv"):
            one.say("export", "good", "--as", kind, "-o", f"out/good.{kind}")
        one.say("backup", "one.backup")
        hits = [hit for name, data in [*_written(one), *one.said] for hit in canary.hunted(CONTROL, name, data)]
    places = ["out/good.jsonl", "out/good.csv", "one.backup > ", "tables/call/", "tables/block/", "call[0].raw", "].body > inflate", "rows good"]
    assert [place for place in places if not any(place in hit for hit in hits)] == []
    for form, needle in canary.forms("sk-canary/0123456789abcdef").items():
        assert f"x ({form})" in canary.hunted("sk-canary/0123456789abcdef", "x", b"before" + needle + b"after"), form
