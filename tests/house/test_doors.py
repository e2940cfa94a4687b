"""Library and terminal are doors to the same acts: what one can do, the other can, and under the same names."""

from __future__ import annotations

import inspect

import pytest
from terminal import commands

from rowsmith.app.calls import Calls
from rowsmith.app.datasets import Datasets
from rowsmith.app.differences import Differences
from rowsmith.app.edits import Edits
from rowsmith.app.events import Events
from rowsmith.app.guides import Guides
from rowsmith.app.history import History
from rowsmith.app.judges import Judges
from rowsmith.app.keys import Keys
from rowsmith.app.models import Models
from rowsmith.app.playground import Playground
from rowsmith.app.projects import Project, Projects
from rowsmith.app.prompts import Prompts
from rowsmith.app.provenance import Provenance
from rowsmith.app.quality import Quality
from rowsmith.app.review_queues import ReviewQueues
from rowsmith.app.reviewers import Reviewers
from rowsmith.app.reviews import Reviews
from rowsmith.app.runs import Runs
from rowsmith.app.shaping import Shaping
from rowsmith.app.sources import Sources

ACTS = {
    Runs: {
        "start": "run", "resume": "resume", "stop": "stop", "cancel": "cancel", "get": "runs", "result": "runs", "list": "runs",
        "rows": "rows", "pinned": "verify", "commit_again": "run", "troubles": "runs --failed", "draws": "runs --draws", "compare": "compare",
    },
    Datasets: {
        "list": "datasets", "heads": "datasets", "versions": "show", "get": "show", "show": "show", "count": "show", "rows": "rows",
        "page": "rows", "row": "origin", "export": "export", "licences": "licences",
        "import_": "import", "plots": "show --html", "lock": "lock", "bundle": "bundle", "push": "push", "pull": "pull",
        "redact": "redact", "columns": "show --columns",
    },
    Reviews: {
        "add": "review add", "list": "review list", "calibrate": "review calibrate", "any": "rows", "beside": "rows", "summaries": "export --where",
        "agreement": "review agree", "export": "review export", "import_": "review import", "diff": "review diff", "branch": "review add",
        "held_back": "review list", "holds_back": "review list", "add_where": "review add --where",
    },
    ReviewQueues: {
        "make": "review queue --by", "every": "review queue", "next": "review next", "give": "review next", "skip": "review next",
        "behind": "review next",
    },
    Judges: {"of": "runs --judges", "drift": "review drift"},
    Reviewers: {"push": "push", "pull": "pull"},
    History: {
        "log": "log", "refs": "branch", "commit": "commit", "branch": "branch", "tag": "tag", "delete": "branch --delete", "merge": "merge",
        "cherry_pick": "cherry-pick", "restore": "restore", "rollback": "rollback", "moved": "diff --moved",
    },
    Edits: {
        "list": "diff", "get": "edit", "set": "edit --set", "set_where": "edit --where", "add": "edit --add", "remove": "edit --remove",
        "discard": "edit --discard", "standing": "edit --where", "undo": "edit --undo", "redo": "edit --redo", "acts": "edit --acts",
        "matching": "edit --where", "remove_where": "edit --where",
    },
    Prompts: {
        "list": "prompts list", "get": "prompts show", "find": "run", "add": "prompts add", "log": "prompts log", "refs": "prompts tag",
        "diff": "prompts diff", "fork": "prompts fork", "restore": "prompts restore", "tag": "prompts tag", "delete": "prompts tag --delete",
        "export": "prompts export", "test": "prompts test", "lint": "prompts lint", "infer": "prompts infer",
        "optimize": "optimize", "optimizing": "optimize", "accept": "optimize",
        "refine": "prompts refine",
    },
    Playground: {"look": "prompts test", "ask": "prompts test --model"},
    Guides: {"begin": "guide", "list": "guide --list", "get": "guide", "named": "guide --name", "settings": "guide --model"},
    Differences: {"between": "diff", "uncommitted": "diff"},
    Shaping: {
        "split": "split", "preview": "split --preview", "overlap": "split --report", "sample": "sample", "balance": "balance", "shuffle": "shuffle",
        "columns": "columns",
        "combine": "combine",
    },
    Quality: {
        "check": "quality", "remove": "quality --remove", "write": "quality --flags", "fix": "quality --fix", "forecast": "quality --plan",
        "worth": "worth", "begin": "quality", "of": "quality", "runs": "quality", "known": "quality",
    },
    Projects: {"create": "project create", "list": "project list", "rename": "project rename", "delete": "project delete"},
    Models: {"list": "models list", "add": "models add", "test": "models test", "path": "models add"},
    Project: {
        "show": "project list", "set_budget": "project budget", "runs": "run", "datasets": "datasets", "events": "events", "calls": "calls list",
        "history": "log", "edits": "edit", "differences": "diff", "shaping": "split",
        "prompts": "prompts list", "playground": "prompts test", "guides": "guide",
        "reviews": "review list", "reviewers": "push", "review_queues": "review queue",
        "provenance": "origin", "sources": "sources", "quality": "quality", "judges": "review drift",
    },
    Provenance: {
        "origin": "origin", "trace": "trace", "forget": "forget", "finish": "forget", "forgotten": "verify", "lift": "forget --lift",
    },
    Events: {"list": "events"},
    Sources: {"list": "sources", "show": "sources", "refresh": "sources --refresh", "coverage": "coverage", "planned": "coverage"},
    Calls: {"list": "calls list", "show": "calls show", "export": "calls export", "import_": "calls import"},
    Keys: {
        "add": "keys add", "bound": "keys add", "list": "keys list", "allowed": "keys list", "remove": "keys remove", "allow": "keys allow",
        "disallow": "keys disallow", "rotate": "keys rotate", "of": "run", "problems": "doctor",
    },
}  # fmt: skip
OF_THE_HOME = {
    "verify", "backup", "restore", "upgrade", "gc", "doctor", "check", "plan", "steps", "schema", "plugins list", "plugins trust", "formats",
    "detect", "convert", "export-check", "read", "chunk", "clean", "rubrics", "recipes", "recipes show", "recipes copy", "serve", "",
}  # fmt: skip
OF_THE_DOOR = {"--home", "--project", "--json", "--help"}
"""Of `start`, `commit` is for pilots (`rowsmith plan --pilot`), which commit nothing, and `compares` for the judge of `rowsmith compare`."""


def acts(cls: type) -> set[str]:
    kinds = (property, staticmethod)
    return {name for name, member in vars(cls).items() if not name.startswith("_") and (callable(member) or isinstance(member, kinds))}


@pytest.mark.parametrize("cls", ACTS)
def test_every_act_of_the_library_has_its_command(cls: type) -> None:
    assert acts(cls) == set(ACTS[cls])
    for spoken in ACTS[cls].values():
        command, _, option = spoken.partition(" --")
        assert command in commands()
        assert not option or f"--{option}" in commands()[command]


def test_every_command_has_its_act() -> None:
    reached = {spoken.partition(" --")[0] for of_class in ACTS.values() for spoken in of_class.values()}
    assert set(commands()) == reached | OF_THE_HOME


@pytest.mark.parametrize(
    ("act", "command"),
    [(Runs.start, "run"), (Runs.resume, "resume"), (Runs.compare, "compare"), (Keys.add, "keys add"), (Keys.remove, "keys remove")],
)
def test_the_options_of_a_command_are_the_parameters_of_its_act(act: object, command: str) -> None:
    renamed = {"sets": "--set", "budget_usd": "--budget", "grace_s": "--grace", "deadline_s": "--deadline"}
    not_options = {"self", "recipe", "run", "on_progress", "stopping", "commit", "compares", "purchase", "cites", "a", "b", "name", "key"}
    given = set(inspect.signature(act).parameters) - not_options
    options = {option for option in commands()[command] if not option.startswith("--no-")}
    assert {renamed.get(name, "--" + name.replace("_", "-")) for name in given} - OF_THE_DOOR == options - OF_THE_DOOR
