"""verify: nothing is found in a home that is whole, and whatever is altered behind its back is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop, place
from running import ask, called, jsonl, texts

from rowsmith.app.proof import Proof, verify
from rowsmith.core.slots import DROPPED, KEPT
from rowsmith.registry import plugins
from rowsmith.testing import Request

PLUGIN = '''
from rowsmith.core.step import Step


class Shout(Step):
    """Upper case."""

    kind = "transform.shout"

    def rows(self, row, ctx):
        yield row.with_data({**row.data, "answer": row.data["answer"].upper()})
'''
CRITIC = {"kind": "filter.where", "where": "answer <> 'weak'", "reason": "weak", "retry_from": "write", "retry_times": 2}


@pytest.fixture(scope="module")
def whole(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A home that has seen everything: a critic, failed rows that another attempt saved, a target, a merge, a replacement, a plug-in, a
    file that was written, a pause, and a partial commit."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch, place(kind, folder) as where:
        patch.setenv("ROWSMITH_CONFIG", str(folder / "config"))
        (folder / "plugins").mkdir()
        (folder / "plugins" / "shout.py").write_text(PLUGIN, encoding="utf-8")
        plugins.trust(folder / "plugins")
        with Workshop(where, Mood(), tokens_out=1000) as shop:
            work(shop)
        yield where


class Mood:
    """What the model says: `weak` to the first request for some texts, nothing usable for texts with `odd` while it is ill."""

    ill = True

    def __call__(self, request: Request) -> Any:
        if "odd" in request.text and self.ill:
            return "this is no JSON"
        if "soft" in request.text and request.nth == 1:
            return {"answer": "weak"}
        return {"answer": f"{request.text} is answered, {request.nth}"}


def work(shop: Workshop) -> None:
    model = shop.model(reasks=0, price_in=1, price_out=2)
    top = {"models": {"writer": model, "judge": model}}
    read = {"kind": "read.files", "paths": ["in.jsonl"], "format": "jsonl"}
    jsonl(shop.folder / "in.jsonl", [{"id": str(n), "text": f"text {n} {('', 'odd', 'soft')[n % 3]}"} for n in range(12)])
    out = {"kind": "write.files", "path": str(shop.folder / "out.jsonl")}
    steps = (read, ask(name="write", forward=["text"]), CRITIC, {"kind": "filter.near_duplicates", "columns": ["text"]}, out)
    first = shop.run(*steps, top={"name": "critic", **top})
    assert first.state == "shortfall"
    shop._reply.ill = False
    assert shop.runs.resume(first.run).state == "finished"
    (shop.folder / "out.jsonl").write_text("mine now", encoding="utf-8")

    shop.run(texts("more", "and more"), ask(), top={"name": "more", **top}, into="critic")  # merged
    shop.run(texts(*(f"row {n}" for n in range(9))), ask(), top={"name": "few", **top}, target=4)
    shop.run(texts("a", "b"), ask(), top={"name": "few", **top}, replace=True)
    shop.run(texts("loud"), ask(), {"kind": "transform.shout"}, top={"name": "plugin", **top})
    shop.run({"kind": "read.rows", "rows": [{"text": str(n)} for n in range(1001)]}, top={"name": "many"})
    one, two = {**texts(*(f"dear {n}" for n in range(8))), "name": "one"}, {"kind": "read.rows", "rows": [{"answer": "given"}], "name": "two"}
    both = (one, ask(name="write"), two, {"kind": "filter.where", "where": "answer <> ''", "from": ["write", "two"]})
    paused = shop.run(*both, top={"name": "paused", **top}, budget_usd=0.006, commit_partial=True)
    assert (paused.state, paused.version is not None, paused.pending > 0) == ("paused", True, True)
    assert shop.run(texts("x"), ask(), top={"name": "uncommitted", **top}, commit=False).version is None


@pytest.fixture
def copy(kind: str, whole: Place, tmp_path: Path) -> Iterator[Place]:
    """The same, to be damaged."""
    with place(kind, tmp_path / "copy", copy_of=whole) as made:
        yield made


def proof_of(where: Place, *, rebuild: bool = True) -> Proof:
    with where.lab() as lab:
        return verify(lab, rebuild=rebuild)


def test_a_whole_home_is_proven(whole: Place) -> None:
    """The servers are gone by now: what is rebuilt is rebuilt from stored answers. Files that the user owns stay as they are."""
    proof = proof_of(whole)
    assert proof.problems == []
    assert proof.ok
    assert (proof.checked["rebuilt"], proof.checked["versions"]) == (7, 8)  # the first run committed twice
    assert proof.checked["runs"] == 8
    assert {"rows", "budgets", "calls", "prompts", "files"} < set(proof.checked)
    assert proof.checked["rows"] > 1001
    assert proof.checked["calls"] == whole.query('SELECT count(*) FROM "call"')[0][0]
    assert (whole.folder / "out.jsonl").read_text(encoding="utf-8") == "mine now"
    assert whole.query("SELECT count(*) FROM run") == [(8,)]


def test_without_rebuilding(whole: Place) -> None:
    proof = proof_of(whole, rebuild=False)
    assert proof.ok
    assert "rebuilt" not in proof.checked


def flip(where: Place, table: str, column: str, at: str) -> int:
    """One byte of a value, in its middle."""
    (value,) = where.query(f"SELECT {column} FROM {table} WHERE {at}")[0]
    value = bytearray(value)
    value[len(value) // 2] ^= 1
    return where.change(f"UPDATE {table} SET {column} = :v WHERE {at}", v=bytes(value))


def answer(where: Place, said: bytes) -> int:
    """Another answer to a question that led to a kept row."""
    key, raw = where.query('SELECT key, raw FROM "call" ORDER BY key')[0]
    key, raw = next((k, r) for k, r in where.query('SELECT key, raw FROM "call"') if b"more is answered" in bytes(r))
    return where.change('UPDATE "call" SET raw = :r WHERE key = :k', r=bytes(raw).replace(b"answered", said), k=key)


def forget_answer(where: Place) -> int:
    return where.change('DELETE FROM "call" WHERE key = (SELECT key FROM spend WHERE outcome = 1 ORDER BY key LIMIT 1)')


def copied_input(where: Place, change: Callable[[Path], object]) -> int:
    (found,) = [path for path in where.files.rglob("*") if path.is_file() and b'"text 0' in path.read_bytes()]
    found.chmod(0o644)
    change(found)
    return 1


def first_kept(where: Place) -> bytes:
    """The order key of a row that run 1 kept."""
    return bytes(where.query(f"SELECT ord FROM slot WHERE run = 1 AND state = {KEPT} ORDER BY ord")[0][0])


DAMAGE: dict[str, tuple[Callable[[Place], int], str, str, str]] = {
    "a byte of a block": (lambda w: flip(w, "block", "body", "n = 1"), "body", "", "version"),
    "a byte of a node": (lambda w: flip(w, "node", "body", "hash = (SELECT root FROM version ORDER BY id LIMIT 1)"), "node", "altered", "version"),
    "the row count of a version": (lambda w: w.change("UPDATE version SET rows = rows + 1 WHERE run = 7"), "version", "its id is not", "version"),
    "the author of a version": (lambda w: w.change("UPDATE version SET author = 'me' WHERE run = 7"), "version", "its id is not", "version"),
    "a version that is gone": (lambda w: w.change("DELETE FROM version WHERE run = 1"), "version", "parent", "version"),
    "an answer": (lambda w: answer(w, b"altered!"), "rebuild", "says something else", "run r2, dataset critic"),
    "a deleted answer": (forget_answer, "ledger", "answer is missing", "run r"),
    "a byte of an input": (lambda w: copied_input(w, lambda p: p.write_bytes(p.read_bytes().replace(b"text 0", b"text O"))), "file", "its hash", ""),
    "a missing input": (lambda w: copied_input(w, Path.unlink), "input", "'in.jsonl' is missing", "run r1"),
    "a slot's state": (
        lambda w: w.change(f"UPDATE slot SET state = {DROPPED}, reason = 'where' WHERE run = 1 AND ord = :o", o=first_kept(w)),
        "totals", "its slots and ledger", "run r1",
    ),
    "a kept row": (lambda w: w.change("DELETE FROM row WHERE run = 1 AND ord = :o", o=first_kept(w)), "slots", "kept slots without a row", "run r1"),
    "a budget": (lambda w: w.change("UPDATE budget SET usd = usd - 1 WHERE scope = 'run:1'"), "budget", "it counts", "run:1"),
    "what an answer cost": (lambda w: w.change("UPDATE spend SET cost = 0 WHERE run = 2"), "budget", "it counts", "run:2"),
    "the totals of a run": (lambda w: flip_totals(w), "totals", "its counts say", "run r2"),
    "a prompt": (lambda w: w.change("UPDATE prompt SET text = 'Say {{ text  }}'"), "prompt", "does not have its hash", ""),
    "a deleted prompt": (lambda w: w.change("DELETE FROM prompt"), "prompt", "is missing", "run r"),
    "a recipe": (lambda w: recipe(w, b"Say", b"Sai"), "rebuild", "of its questions are not the ones that were asked", "run r1"),
    "a recipe that is none": (lambda w: recipe(w, b"generate.columns", b"generate.nothing"), "rebuild", "cannot be rebuilt", "run r1"),
}  # fmt: skip


def flip_totals(where: Place) -> int:
    (totals,) = where.query("SELECT totals FROM run WHERE n = 2")[0]
    value = json.loads(totals)
    value["kept"] += 1
    return where.change("UPDATE run SET totals = :t WHERE n = 2", t=json.dumps(value).encode())


def recipe(where: Place, old: bytes, new: bytes) -> int:
    (body,) = where.query("SELECT recipe FROM run WHERE n = 1")[0]
    return where.change("UPDATE run SET recipe = :r WHERE n = 1", r=bytes(body).replace(old, new))


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_named(copy: Place, damage: str) -> None:
    act, kind, said, at = DAMAGE[damage]
    assert act(copy) > 0
    proof = proof_of(copy, rebuild=kind == "rebuild")
    assert not proof.ok
    found = [p for p in proof.problems if p["kind"] == kind and said in p["what"] and p["where"].startswith(at)]
    assert found, proof.problems
    assert all(set(problem) == {"kind", "what", "where"} and all(problem.values()) for problem in proof.problems)


def test_the_command_says_what_it_found(copy: Place) -> None:
    done = called(["verify", "--no-rebuild", "--json"], copy.env, copy.folder)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, told["ok"], told["erased"], told["problems"]) == (0, True, [], [])
    assert list(told) == ["ok", "checked", "erased", "problems"]
    assert called(["verify", "--no-rebuild"], copy.env, copy.folder).stdout.startswith("ok\n")
    copy.change("UPDATE budget SET usd = usd + 1 WHERE scope = 'run:1'")
    done = called(["verify", "--no-rebuild", "--json"], copy.env, copy.folder)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, told["ok"], [(p["kind"], p["where"]) for p in told["problems"]]) == (1, False, [("budget", "run:1")])
    done = called(["verify", "--no-rebuild"], copy.env, copy.folder)
    assert done.returncode == 1
    assert done.stdout.startswith("1 problems\n")
    assert "budget: it counts" in done.stderr
    assert "(run:1)" in done.stderr
