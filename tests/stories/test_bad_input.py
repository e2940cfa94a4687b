"""Bad input: what was wrong, where, and the fix, without a traceback; nothing that was there is lost, and the mended command finishes."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lent import made_home
from running import called, conserved, jsonl
from sqlalchemy import text

from rowsmith import Lab
from rowsmith.store.database import Database
from rowsmith.testing import ModelServer, rowsmith

GOOD = """name: good
parameters: {{input: {{default: in.jsonl}}}}
models: {{writer: {{model: openai/m, base_url: "{url}", retries: 0, reasks: 1}}}}
steps:
  - {{kind: read.files, paths: "${{input}}"}}
  - {{kind: generate.columns, prompt: "Say {{{{ text }}}}", output: {{answer: string}}}}
"""


@dataclass
class Place:
    """A folder with a recipe that works and a home in which it has run: two rows in the dataset `good`."""

    folder: Path
    server: ModelServer
    version: str = ""

    @property
    def recipe(self) -> Path:
        return self.folder / "recipe.yaml"

    def write(self, old: str = "", new: str = "") -> str:
        """The good recipe, with one thing changed."""
        found = GOOD.format(url=self.server.url)
        assert old in found
        self.recipe.write_text(found.replace(old, new) if old else found, encoding="utf-8")
        return str(self.recipe)

    def call(self, *arguments: str | Path, code: int, env: dict[str, str] | None = None) -> tuple[subprocess.CompletedProcess[str], Any]:
        """Run a command with --json: its exit code, no traceback; gives the last line of its output."""
        done = called([*map(str, arguments), "--json"], {"ROWSMITH_HOME": str(self.folder / "home"), **(env or {})}, self.folder)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        lines = done.stdout.strip().splitlines()
        return done, json.loads(lines[-1]) if lines else None

    def refused(self, *arguments: str | Path, env: dict[str, str] | None = None, code: int = 1) -> dict[str, Any]:
        """A command that is refused: the same words for people and for scripts, and nothing asked or changed."""
        before = len(self.server.calls)
        done, told = self.call(*arguments, code=code, env=env)
        assert {"error", "what", "fix"} <= set(told)
        assert told["what"]
        assert told["what"].split("\n")[0] in done.stderr
        assert len(self.server.calls) == before
        self.intact()
        return told  # type: ignore[no-any-return]

    def intact(self) -> None:
        """The dataset stands as it stood."""
        with Lab(self.folder / "home") as lab:
            datasets = lab.project().datasets
            assert (datasets.versions("good")[0].id, len(list(datasets.rows("good")))) == (self.version, 2)

    def mended(self) -> dict[str, Any]:
        """The good recipe again: finished."""
        return self.call("run", self.write(), code=0)[1]  # type: ignore[no-any-return]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ModelServer() as server:
        found = Place(tmp_path, server)
        jsonl(tmp_path / "in.jsonl", [{"text": "one"}, {"text": "two"}])
        with Lab(made_home(tmp_path / "home"), environ={}) as lab:
            result = lab.project().runs.start(found.write())
            assert result.kept == 2
            found.version = str(result.version)
        yield found


def problems(told: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(problem["line"], problem["what"], problem["fix"]) for problem in told["problems"]]


# -- recipes: refused before anything is spent ----------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[str, str, int, str, str]] = {
    "unknown step": ("generate.columns", "genrate.columns", 6, "No step is called 'genrate.columns'", "Did you mean 'generate.columns'?"),
    "unknown setting": ("output:", "outputs:", 6, "'outputs'", "output"),
    "missing variable": ("{{ text }}", "{{ txt }}", 6, "uses {{ txt }}, and there is no such column here", "Did you mean 'text'?"),
    "a call in a prompt": ("{{ text }}", "{{ text.upper() }}", 6, "The prompt calls a function on its line 1", "Use a filter in its place"),
    "a macro in a prompt": ("{{ text }}", "{% macro m() %}{% endmacro %}", 6, "defines a macro on its line 1", "transform.columns"),
    "a filter that there is not": ("{{ text }}", "{{ text|uper }}", 6, "uses the filter 'uper'", "Did you mean 'upper'?"),
    "bad YAML": ("name: good", "name: [good", 2, "", ""),
    "a file that is not there": ("default: in.jsonl", "default: out.jsonl", 5, "There is no file", "Check the path"),
    "NUL in a path": ("default: in.jsonl", 'default: "in\\0.jsonl"', 5, "", "path"),
    "unknown role": ("writer:", "painter:", 6, "asks the model 'writer'", "models"),
    "unknown provider": ("openai/m", "opnai/m", 3, "opnai", "openai"),
    "bad address": ("http://", "http//", 3, "base_url", "http"),
    "undeclared parameter": ("Say ", "${tone} Say ", 6, "${tone} is not a parameter", "input"),
    "type of an output column": ("answer: string", "answer: strng", 6, "'strng'", "Did you mean 'string'?"),
    "number out of range": ("retries: 0", "retries: -1", 3, "retries", "0"),
    "no steps": ("steps:", "steps: []\nold:", 4, "no step", "read.files"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_recipe_with_a_mistake(name: str, place: Place) -> None:
    old, new, line, what, fix = WRONG[name]
    told = place.refused("run", place.write(old, new))
    found = problems(told)
    assert any(at == line and what in said and fix in said + mend for at, said, mend in found), found
    assert all(said and problem["file"] == str(place.recipe) for (_, said, _), problem in zip(found, told["problems"], strict=True))
    assert place.mended()["run"] == "r1"


def test_all_mistakes_at_once(place: Place) -> None:
    recipe = place.write("answer: string", "answer: strng")
    place.recipe.write_text(place.recipe.read_text().replace("{{ text }}", "{{ txt }}").replace("retries: 0", "retires: 0"))
    told = place.refused("run", recipe, "--set", "inptu=x")
    assert told["what"] == f"The recipe has {len(told['problems'])} problems."
    said = " | ".join(what for _, what, _ in problems(told))
    assert all(word in said for word in ("retires", "strng", "txt", "inptu")), said
    done = rowsmith("check", recipe)
    assert done.returncode == 1
    assert re.search(r"recipe\.yaml:3: .*\n(.*\n)*.*recipe\.yaml:6: ", done.stderr)


def test_a_bomb_of_aliases(place: Place) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    place.recipe.write_text(bomb, encoding="utf-8")
    (problem,) = place.refused("run", place.recipe)["problems"]
    assert problem["line"] > 0
    assert problem["fix"]


def test_a_recipe_that_is_not_utf_8(place: Place) -> None:
    place.recipe.write_bytes("name: good\ndescription: caf\xe9\n".encode("latin-1"))
    (problem,) = problems(place.refused("run", place.recipe))
    assert problem == (2, "The file is not UTF-8: byte 28 cannot be read.", "Save it as UTF-8.")


@pytest.mark.parametrize(
    ("more", "what", "fix"),
    [
        (["--set", "inptu=x"], "--set inptu: the recipe has no parameter of that name.", "Did you mean 'input'?"),
        (["--set", "input"], "--set 'input' gives no value.", "Write --set NAME=VALUE."),
        (["--budget", "1"], "the model 'writer' has no price_in and price_out", "Set price_in and price_out of models.writer"),
    ],
)
def test_options_that_do_not_fit_the_recipe(more: list[str], what: str, fix: str, place: Place) -> None:
    told = place.refused("run", place.write(), *more)
    found = [(told["what"], told["fix"]), *((said, mend) for _, said, mend in problems(told))]
    assert any(what in said and fix in mend for said, mend in found), found


def test_a_parameter_that_must_be_given(place: Place) -> None:
    told = place.refused("run", place.write("default: in.jsonl", "help: a file of texts"))
    assert problems(told) == [(2, "The parameter 'input' (a file of texts) must be given.", "Add --set input=VALUE.")]
    assert place.call("run", place.recipe, "--set", "input=in.jsonl", code=0)[1]["run"] == "r1"


def test_no_key(place: Place) -> None:
    recipe = place.write(f', base_url: "{place.server.url}"', "")
    told = place.refused("run", recipe, env={"OPENAI_API_KEY": ""})
    assert "OPENAI_API_KEY" in problems(told)[0][1] + problems(told)[0][2]


def test_one_recipe_that_is_not_there(place: Place) -> None:
    told = place.refused("run", "no.yaml")
    assert (told["error"], "no.yaml" in told["what"]) == ("NotFound", True)


# -- names, homes, files --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "what", "fix"),
    [
        (["rows", "god"], "'god'", "good"),
        (["show", "good@v9"], "v9", ""),
        (["show", "good", "--row", "0" * 32], "0" * 32, ""),
        (["runs", "r99"], "There is no run 'r99'.", "rowsmith runs"),
        (["rows", "run:r99"], "There is no run 'r99'.", "rowsmith runs"),
        (["resume", "x"], "There is no run 'x'.", "rowsmith runs"),
        (["stop", "r99"], "There is no run 'r99'.", "rowsmith runs"),
        (["cancel", "r1"], "Run r1 is finished already.", "Nothing"),
        (["export", "good", "--as", "jsnl", "-o", "out"], "'jsnl'", "Did you mean 'jsonl'?"),
        (["export", "good", "--as", "jsonl", "-o", "out", "--provenance", "nowhere"], "'nowhere'", "sidecar"),
        (["export", "good", "--as", "jsonl", "-o", "in.jsonl/out"], "in.jsonl/out", ""),
        (["export", "good", "--as", "jsonl", "-o", "/proc/out.jsonl"], "/proc/out.jsonl", ""),
        (["datasets", "--project", "other"], "'other'", ""),
        (["steps", "read.fils"], "'read.fils'", "Did you mean 'read.files'?"),
        (["backup", "/proc/backup"], "/proc/backup", ""),
    ],
)
def test_names_that_are_not_there(arguments: list[str], what: str, fix: str, place: Place) -> None:
    told = place.refused(*arguments)
    assert what in told["what"], told
    assert fix in told["fix"], told
    assert told["fix"], told
    assert not (place.folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "recipe.yaml", "--target", "0"], "--target"),
        (["run", "recipe.yaml", "--limit", "-3"], "--limit"),
        (["run", "recipe.yaml", "--budget", "much"], "--budget"),
        (["run", "recipe.yaml", "--budget", "nan"], "budget"),
        (["run", "recipe.yaml", "--grace", "-1"], "--grace"),
        (["run"], "RECIPE"),
        (["run", "recipe.yaml", "--bugdet", "3"], "--budget"),
        (["run", "recipe.yaml", "another.yaml"], "another.yaml"),
        (["rnu"], "rnu"),
        (["export", "good", "-o", "out"], "--as"),
    ],
)
def test_a_wrong_command_line(arguments: list[str], said: str, place: Place) -> None:
    place.write()
    told = place.refused(*arguments, code=2)
    assert (told["error"], told["fix"].endswith("--help.")) == ("Usage", True)
    assert said in told["what"], told


def test_a_home_that_is_a_file(place: Place) -> None:
    told = place.refused("run", place.write(), "--home", "in.jsonl")
    assert (told["what"], told["fix"]) == ("The home 'in.jsonl' is a file.", "Give a folder: --home DIR.")


@pytest.mark.parametrize("home", ["in.jsonl/home", "/proc/home"])
def test_a_home_that_cannot_be_made(home: str, place: Place) -> None:
    told = place.refused("run", place.write(), "--home", home)
    assert home in told["what"]
    assert told["fix"]


def test_a_home_of_a_newer_program(place: Place) -> None:
    db = Database(f"sqlite:///{place.folder / 'home' / 'rowsmith.db'}")
    with db.write() as conn:
        before = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    _, told = place.call("run", place.write(), code=1)
    assert "9999" in told["what"]
    assert told["fix"]
    with db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": before})
    db.close()
    place.intact()
    assert place.mended()["run"] == "r1"


def test_a_database_that_is_none(place: Place) -> None:
    (place.folder / "other").mkdir()
    (place.folder / "other" / "rowsmith.db").write_bytes(b"no database at all\n" * 1000)
    told = place.refused("run", place.write(), "--home", "other")
    assert "rowsmith.db" in told["what"]
    assert (place.folder / "other" / "rowsmith.db").read_bytes() == b"no database at all\n" * 1000


# -- files: what can be read is, what cannot is listed --------------------------------------------------------------------------------------


def failures(place: Place, told: dict[str, Any]) -> list[tuple[str, str]]:
    """Reason and place of every failed row, as `rowsmith runs RUN --failed` lists them."""
    done, found = place.call("runs", told["run"], "--failed", code=0)
    assert done.returncode == 0
    return [(trouble["reason"], trouble["detail"].split(": ")[0]) for trouble in found]


@pytest.mark.parametrize(
    ("name", "body", "kept", "failed"),
    [
        ("broken.pdf", b"%PDF-1.7\ncaf\xe9", 0, [("broken_file", "broken.pdf")]),
        ("empty.md", b"", 0, [("empty_file", "empty.md")]),
        ("blank.jsonl", b"\n \n", 0, [("empty_file", "blank.jsonl")]),
        (
            "broken.csv",
            b'text,n\nfine,1\nshort\nlong,1,2\n"open,3\n\xff,4\n',
            1,
            [("broken_record", "broken.csv:3"), ("broken_record", "broken.csv:4"), ("unclosed_quote", "broken.csv:5"), ("encoding", "broken.csv:6")],
        ),
        (
            "broken.jsonl",
            b'{"text": "fine"}\n{"text": \n[1, 2]\n{"text": "\xff"}\n{"text": "fine too"}\n',
            2,
            [("broken_line", "broken.jsonl:2"), ("broken_line", "broken.jsonl:3"), ("encoding", "broken.jsonl:4")],
        ),
        ("deep.jsonl", b'{"text": "fine"}\n' + b"[" * 200_000 + b"\n", 1, [("broken_line", "deep.jsonl:2")]),
    ],
)
def test_broken_files_are_listed_by_line(name: str, body: bytes, kept: int, failed: list[tuple[str, str]], place: Place) -> None:
    (place.folder / name).write_bytes(body)
    _, told = place.call("run", place.write(), "--set", f"input={name}", "--into", "other", code=3)
    conserved(told)
    assert (told["state"], told["kept"]) == ("shortfall", kept)
    found = failures(place, told)
    assert found == failed
    assert (told["version"] is not None) == (kept > 0)
    place.intact()
    (place.folder / name).write_bytes(b'{"text": "mended"}\n' if name.endswith("jsonl") else b"text,n\nmended,1\n")
    assert place.call("run", place.recipe, "--set", f"input={name}", "--into", "other", code=0)[1]["kept"] == 1


CHILD = """
import resource, sys
from rowsmith.cli.main import main
sys.argv = ["rowsmith", *sys.argv[1:]]
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def test_a_line_of_50_mb_is_refused_within_bounded_memory(place: Place) -> None:
    with (place.folder / "long.jsonl").open("wb") as file:
        file.write(b'{"text": "fine"}\n{"text": "')
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"text": "fine too"}\n')

    def peak(*arguments: str) -> tuple[dict[str, Any], int]:
        command = [sys.executable, "-c", CHILD, "run", place.write(), *arguments, "--json"]
        done = subprocess.run(command, cwd=place.folder, capture_output=True, text=True, env={"PATH": "/bin", "ROWSMITH_HOME": "home"}, timeout=60)
        assert "Traceback" not in done.stderr, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1]), int(done.stderr.strip().splitlines()[-1])

    _, plain = peak("--new")
    told, most = peak("--set", "input=long.jsonl")
    assert (told["state"], told["kept"], told["failed"]) == ("shortfall", 2, {"long_line": 1})
    assert failures(place, told) == [("long_line", "long.jsonl:2")]
    assert most - plain < 40_000, (plain, most)  # kilobytes: less than the line itself


# -- models ---------------------------------------------------------------------------------------------------------------------------------


def more_texts(place: Place, *said: str) -> Sequence[str]:
    jsonl(place.folder / "more.jsonl", [{"text": text} for text in said])
    return ("--set", "input=more.jsonl", "--into", "other")


def test_a_wrong_key(place: Place) -> None:
    more = more_texts(place, "three", "four")
    place.server.change(api_key="the-right-key")
    _, told = place.call("run", place.write(), *more, code=4, env={"OPENAI_API_KEY": "the-wrong-key"})
    conserved(told)
    assert (told["state"], told["kept"], told["pending"], told["version"]) == ("paused", 0, 2, None)
    assert "refused the key" in told["reason"]
    assert "OPENAI_API_KEY" in told["reason"]
    assert "the-wrong-key" not in json.dumps(told)
    place.intact()
    _, again = place.call("run", place.recipe, *more, code=0, env={"OPENAI_API_KEY": "the-right-key"})
    assert (again["run"], again["kept"]) == (told["run"], 2)


def test_a_model_that_is_not_there(place: Place) -> None:
    more = more_texts(place, "three", "four")
    place.server.change(models=["m"])
    _, told = place.call("run", place.write("openai/m", "openai/n"), *more, code=4)
    assert (told["state"], told["kept"]) == ("paused", 0)
    assert "`n` does not exist" in told["reason"]
    place.intact()
    assert place.call("run", place.write(), *more, code=0)[1]["kept"] == 2


def test_a_server_that_cannot_be_reached(place: Place) -> None:
    more = more_texts(place, "three", "four")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        _, told = place.call("run", place.write(place.server.url, f"http://127.0.0.1:{taken.getsockname()[1]}/v1"), *more, code=4)
    conserved(told)
    assert (told["state"], told["kept"], told["pending"], told["calls"]) == ("paused", 0, 2, 0)
    assert "cannot be reached" in told["reason"]
    place.intact()
    assert place.call("run", place.write(), *more, code=0)[1]["kept"] == 2


def test_a_schema_that_no_model_satisfies(place: Place) -> None:
    more = more_texts(place, "three", "four")
    place.server.change(faults={"wrong_schema": 1})
    _, told = place.call("run", place.write(), *more, "--target", "2", code=3)
    conserved(told)
    assert (told["state"], told["kept"], told["version"]) == ("shortfall", 0, None)
    assert told["failed"] == {"schema": told["requested"]}
    assert told["refused_draws"] == {"schema": told["calls"]}
    assert told["reason"] == "2 of 2 rows are missing: the limit of attempts is reached."
    place.intact()
    place.server.change(faults={})
    assert place.call("resume", told["run"], code=0)[1]["kept"] == 2


def test_kept_rows_stay_kept_when_the_rest_fails(place: Place) -> None:
    more = more_texts(place, "three", "four", "bad")
    place.server.change(rules=[{"contains": "bad", "fault": "400"}])
    _, told = place.call("run", place.write(), *more, code=3)
    assert (told["kept"], told["failed"]) == (2, {"http_400": 1})
    done, count = place.call("rows", f"run:{told['run']}", code=0)
    assert json.loads(done.stdout.splitlines()[0])["data"]["answer"] and count == {"total": 2, "shown": 2}
    place.server.change(rules=[])
    _, again = place.call("resume", told["run"], code=0)
    assert (again["kept"], again["failed"], len(place.server.calls)) == (3, {}, 6)
