"""Stored answers: found, looked at, handed on and taken in, so that a recipe runs elsewhere without a key."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from buying import Buyer, wish
from homes import Place, Workshop, place
from running import ask, texts

from rowsmith import Lab
from rowsmith.app.calls import Calls
from rowsmith.app.proof import verify
from rowsmith.core.calls import Usage
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.ids import digest
from rowsmith.store.call_file import CallFile, write
from rowsmith.store.calls import Call, near
from rowsmith.testing import Reply

TEXTS = texts("one", "two", "three", "three")
CHAIN = (TEXTS, ask(name="write"), {"kind": "filter.duplicates", "columns": ["answer"]}, {"kind": "score.judge"})


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where, vary=True) as made:
        yield made


@pytest.fixture
def other(kind: str, tmp_path: Path) -> Iterator[Lab]:
    """Another, empty home."""
    with place(kind, tmp_path / "other") as made, made.lab() as lab:
        yield lab


def doors(shop: Workshop) -> Calls:
    found: Calls = shop.lab.project().calls
    return found


def plain(rows: Any) -> list[tuple[str, Any, Any]]:
    return [(row.id, row.data, row.scores) for row in rows]


def test_the_newest_first_and_who_used_them(shop: Workshop) -> None:
    shop.run(texts("one"), ask(), top={"models": {"writer": shop.model(price_in=1, price_out=2)}})
    shop.run(texts("one", "two"), ask(), top={"models": {"writer": shop.model(price_in=1, price_out=2)}})
    new, old = doors(shop).list()
    assert new.at >= old.at
    assert (new.used_by, old.used_by) == ({"r2": 1}, {"r1": 1, "r2": 1})
    assert (old.model, old.profile, old.state) == ("openai/m", shop.server.url.removesuffix("/v1"), "answered")
    assert old.cost_usd == pytest.approx((old.usage.tokens_in + 2 * old.usage.tokens_out) / 1e6)
    assert digest(bytes.fromhex(str(old.base)), int(old.index or 0).to_bytes(4, "big")).hex() == old.key


def test_filters(shop: Workshop) -> None:
    top = {"models": {"writer": shop.model(), "judge": {**shop.model(), "model": "openai/j"}}}
    shop.run(*CHAIN, top=top)
    shop.run(texts("else"), ask(), top={"name": "u"})
    every = doors(shop).list()
    assert [len(doors(shop).list(**asked)) for asked in ({"run": "r1"}, {"run": "r2"}, {"model": "openai/j"}, {"model": "none"})] == [8, 1, 4, 0]
    assert doors(shop).list(limit=2) == every[:2]
    assert doors(shop).list(since=every[3].at)[-1].at >= every[3].at
    assert doors(shop).list(since=every[0].at + 1) == []
    assert len(doors(shop).list(profile=every[0].profile)) == 9
    assert doors(shop).list(profile="http://elsewhere") == []
    with pytest.raises(NotFound, match="r9"):
        doors(shop).list(run="r9")
    with pytest.raises(NotFound, match="in project 'default'"):
        shop.lab.projects.create("p").calls.list(run="r1")


def test_one_call_with_the_rows_it_was_used_for(shop: Workshop) -> None:
    done = shop.run(*CHAIN)
    (row,) = [row for row in shop.rows(done) if row.data["answer"] == shop.rows(done)[0].data["answer"]]
    for made, step in ((row.origin["made"][1], "write"), (row.origin["made"][2], "score.judge")):
        (key,) = made["calls"]
        story = doors(shop).show(key[:10])
        assert (story.facts.key, len(story.uses)) == (key, 1)
        assert (story.uses[0].run, story.uses[0].step, story.uses[0].bought) == (done.run, step, True)
        assert orjson.loads(story.dump()["raw"])["choices"]
    assert story.uses[0].row == row.id  # the judge was asked for this row


def test_what_is_no_key_or_fits_several(shop: Workshop) -> None:
    with pytest.raises(Invalid, match="no key of a call"):
        doors(shop).show("xyz")
    with pytest.raises(NotFound, match="no call abc"):
        doors(shop).show("abc")
    shop.run(texts(*(f"text {n}" for n in range(20))), ask())
    with pytest.raises(Conflict, match="begin with") as error:
        doors(shop).show(next(a.key[0] for a in doors(shop).list() for b in doors(shop).list() if a.key[0] == b.key[0] and a != b))
    assert "Give more of the key" in error.value.fix
    assert [doors(shop).show(call.key.upper()).facts for call in doors(shop).list()] == doors(shop).list()


def test_a_recipe_runs_elsewhere_from_the_file(shop: Workshop, other: Lab, tmp_path: Path) -> None:
    """The same rows with the same ids and scores, and nothing asked; and the home can be verified."""
    done = shop.run(*CHAIN)
    asked = len(shop.asked)
    exported = doors(shop).export(tmp_path / "calls.jsonl", run=done.run)
    taken = other.project().calls.import_(exported.path)
    assert (exported.calls, taken.calls, taken.imported, taken.kept) == (8, 8, 8, 0)
    again = other.project().runs.start(shop.recipe(*CHAIN), offline=True)
    assert (again.state, again.calls, again.calls_reused, again.cost_usd, len(shop.asked)) == ("finished", 0, 8, 0, asked)
    assert plain(other.project().runs.rows(again.run)) == plain(shop.rows(done))
    assert verify(other).problems == []
    assert other.project().calls.list(run="r1")[0].used_by == {"r1": 1}


def test_the_same_calls_make_the_same_file(shop: Workshop, other: Lab, tmp_path: Path) -> None:
    """Also from the home that took them in, before any run has used them."""
    shop.run(*CHAIN)
    files = [tmp_path / name for name in ("1.jsonl", "2.jsonl", "3.jsonl")]
    doors(shop).export(files[0])
    other.project().calls.import_(files[0])
    other.project().calls.export(files[1])
    doors(shop).export(files[2], dataset="t")
    assert files[0].read_bytes() == files[1].read_bytes() == files[2].read_bytes()
    assert files[0].stat().st_size > 1000


def test_what_a_dataset_rests_on(shop: Workshop, tmp_path: Path) -> None:
    """The calls of every run that made it, up to the version that is named."""
    shop.run(texts("a"), ask())
    shop.run(texts("b", "c"), ask(), into="t", top={"name": "u"})
    shop.run(texts("d"), ask(), top={"name": "v"})
    versions = shop.lab.project().datasets.versions("t")
    for asked, count in (({"dataset": "t"}, 3), ({"dataset": f"t@{versions[-1].id}"}, 1), ({"run": "r3"}, 1), ({}, 4)):
        assert doors(shop).export(tmp_path / "f", **asked).calls == count
    for asked, error in (({"dataset": "none"}, NotFound), ({"run": "r9"}, NotFound), ({"dataset": "t", "run": "r1"}, Invalid)):
        with pytest.raises(error):
            doors(shop).export(tmp_path / "g", **asked)
    assert not (tmp_path / "g").exists()


def test_a_second_import_keeps_what_is_there_and_tells_of_other_answers(shop: Workshop, other: Lab, tmp_path: Path) -> None:
    shop.run(texts("one", "two", "three"), ask())
    path = Path(doors(shop).export(tmp_path / "calls.jsonl").path)
    other.project().calls.import_(path)
    assert (lambda done: (done.imported, done.kept, done.differing))(other.project().calls.import_(path)) == (0, 3, 0)
    found = list(CallFile(path))
    changed = Call(*(getattr(found[1], name) if name != "raw" else b"something else" for name in Call.__dataclass_fields__))
    with open(path, "wb") as file:
        write(file, 4, iter([found[0], changed, found[2], changed]))
    done = other.project().calls.import_(path)
    assert (done.imported, done.kept, done.differing, done.examples) == (0, 2, 2, (changed.key.hex(),) * 2)
    assert other.project().calls.show(changed.key.hex()).raw == found[1].raw
    assert [event.data["kept"] for event in other.project().events.list() if event.kind == "calls.imported"] == [0, 3, 2]


def test_a_bad_line_and_nothing_is_imported(shop: Workshop, other: Lab, tmp_path: Path) -> None:
    shop.run(texts("one", "two", "three"), ask())
    path = Path(doors(shop).export(tmp_path / "calls.jsonl").path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-1], lines[-1].replace(b"model", b"modem", 1)]))
    with pytest.raises(Invalid) as error:
        other.project().calls.import_(path)
    assert [problem.line for problem in error.value.problems] == [4]
    assert other.project().calls.list() == []
    with pytest.raises(NotFound, match="no file"):
        other.project().calls.import_(tmp_path / "none")


def test_calls_that_a_run_holds(where: Place, tmp_path: Path) -> None:
    """A live run's claim stays; of a dead one the answer takes the place, and it may not store another one."""
    with where.lab() as lab, where.database_of() as db:
        live, dead = Buyer(db), Buyer(db)
        (held,), (left,) = live.claim(wish(1)), dead.claim(wish(2))
        dead.die()
        assert held is not None
        assert left is not None
        assert [call.state for call in lab.project().calls.list()] == ["open", "open"]
        assert [call.raw for call in near(db, "")] == [None, None]
        path = tmp_path / "calls.jsonl"
        found = [Call(c.key, c.claim.base, 0, "http://h", "m", True, b"from elsewhere", Usage(), None, 1.0) for c in (held, left)]
        with open(path, "wb") as file:
            write(file, 2, iter(found))
        done = lab.project().calls.import_(path)
        assert (done.imported, done.held, done.kept) == (1, 1, 0)
        live.settle(held, b"bought")
        assert [near(db, c.key.hex())[0].raw for c in (held, left)] == [b"bought", b"from elsewhere"]
        assert lab.project().calls.import_(path).differing == 1


def test_a_call_that_no_process_holds_is_held_all_the_same(where: Place, tmp_path: Path) -> None:
    with where.lab() as lab, where.database_of() as db:
        (held,) = Buyer(db).claim(wish(1))
        assert held is not None
        where.change("UPDATE \"call\" SET owner = 'batch:7'")
        path = tmp_path / "calls.jsonl"
        with open(path, "wb") as file:
            write(file, 1, iter([Call(held.key, held.claim.base, 0, "http://h", "m", True, b"from elsewhere", Usage(), None, 1.0)]))
        done = lab.project().calls.import_(path)
        assert (done.imported, done.held) == (0, 1)


def test_a_key_is_nowhere(shop: Workshop, other: Lab, tmp_path: Path) -> None:
    shop.environ["CANARY_KEY"] = canary = "sk-canary-7f3a9b2c"
    shop.server.change(api_key=canary)
    done = shop.run(*CHAIN, top={"models": {"writer": shop.model(api_key_env="CANARY_KEY"), "judge": shop.model(api_key_env="CANARY_KEY")}})
    assert done.kept > 0
    path = Path(doors(shop).export(tmp_path / "calls.jsonl").path)
    told = [str(doors(shop).list()), *(str(doors(shop).show(call.key).dump()) for call in doors(shop).list())]
    assert [text for text in (path.read_text(encoding="utf-8"), *told) if canary in text] == []


def test_answers_that_are_no_text(shop: Workshop, other: Lab, tmp_path: Path) -> None:
    shop._reply = lambda request: Reply(fault="bad_utf8") if "two" in request.text else None
    shop.run(texts("one", "two"), ask(), top={"models": {"writer": shop.model(reasks=0, concurrency=1)}})
    path = doors(shop).export(tmp_path / "calls.jsonl").path
    other.project().calls.import_(path)
    told = [other.project().calls.show(call.key).dump() for call in doors(shop).list()]
    assert [one.get("raw_base64") is None for one in told] == [False, True]
    assert told == [{**doors(shop).show(call.key).dump(), "used_by": {}, "uses": []} for call in doors(shop).list()]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_calls(tmp_path: Path) -> None:
    """60,000 calls of 2 KB are exported and imported in what a tenth of them take."""

    def peak(*words: object) -> int:
        """The most memory of a process that does it, in KiB."""
        done = subprocess.run([sys.executable, "-c", CHILD, *map(str, words)], check=True, capture_output=True, text=True)
        return int(done.stdout)

    peaks = []
    for count in (6_000, 60_000):
        path = tmp_path / f"{count}.jsonl"
        with open(path, "wb") as file:
            write(file, count, (_call(n) for n in range(count)))
        peaks.append((peak(tmp_path / str(count), "import_", path), peak(tmp_path / str(count), "export", tmp_path / "out.jsonl")))
        assert (tmp_path / "out.jsonl").stat().st_size == path.stat().st_size
        shutil.rmtree(tmp_path / str(count))
    assert all(more < fewer + 30_000 for fewer, more in zip(*peaks, strict=True)), peaks


CHILD = """
import resource, sys
from rowsmith import Lab
with Lab(sys.argv[1]) as lab:
    getattr(lab.project().calls, sys.argv[2])(sys.argv[3])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _call(n: int) -> Call:
    base = digest(b"%d" % n)
    return Call(digest(base, bytes(4)), base, 0, "http://h", "openai/m", True, b'{"n": "%02000d"}' % n, Usage(n, 1), 60, 1.5)
