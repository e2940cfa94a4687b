"""Bundles of a real home, checked by somebody who has none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from homes import Place, Workshop
from lent import made_home
from running import ask, called, texts
from version_rows import made

from rowsmith import Lab
from rowsmith.app.bundles import verify_bundle
from rowsmith.app.projects import Project
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import canonical
from rowsmith.store.bundles import REVIEW, REVIEWS
from rowsmith.store.datasets import Datasets


def test_an_outsider_checks_it_without_a_home(where: Place, tmp_path: Path) -> None:
    with Workshop(where, lambda request: {"answer": request.text}) as shop:
        shop.run(texts("a", "b"), ask(), top={"name": "qa", "models": {"writer": shop.model()}})
        done = shop.lab.project().datasets.bundle("qa", tmp_path / "qa.zip")
        signer = shop.lab.signer
    assert signer is not None and done.signer == signer.fingerprint
    assert (done.rows, done.versions, done.bytes) == (2, 1, (tmp_path / "qa.zip").stat().st_size)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    words = ["verify", "--bundle", "../qa.zip", "--signer", signer.fingerprint, "--json"]
    said = called(words, {"ROWSMITH_HOME": str(elsewhere / "none")}, elsewhere)
    told = json.loads(said.stdout.splitlines()[-1])
    assert (said.returncode, told["ok"], told["rows"], told["problems"], told["erased"]) == (0, True, 2, [], [])
    assert told["signers"] == {"version": [signer.fingerprint], "ancestors": {}, "bundle": signer.fingerprint}
    assert list(elsewhere.iterdir()) == []
    (tmp_path / "qa.zip").write_bytes((tmp_path / "qa.zip").read_bytes()[:-1] + b"x")
    said = called(["verify", "--bundle", "../qa.zip"], {}, elsewhere)
    assert (said.returncode, said.stdout.startswith("1 problems"), "bytes are not those" in said.stderr) == (1, True, True)


ROWS = made(4)
IDS = [row.id for row in ROWS]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Project, Project]]:
    """Two homes with the same rows."""
    with ExitStack() as stack:
        labs = [stack.enter_context(Lab(made_home(tmp_path / name), who="ada")) for name in ("here", "there")]
        for lab in labs:
            Datasets(lab.db).commit("default", "qa", ROWS, run=1)
        yield labs[0].project(), labs[1].project()


def test_reviews_travel_in_a_bundle_and_are_taken_once(two: tuple[Project, Project], tmp_path: Path) -> None:
    here, there = two
    here.reviews.add("qa", IDS[0], verdict="accept", score=0.5, label="good", note="fine", author="bob")
    here.reviews.add("qa", IDS[1], verdict="reject", author="eve", decides=True)
    here.reviews.add("qa", IDS[2], verdict="accept", values={"answer": "better"}, author="eve")
    here.history.commit("qa", "edited")
    done = here.datasets.bundle("qa", tmp_path / "qa.zip")
    assert (done.reviews, done.held_back, verify_bundle(tmp_path / "qa.zip").checked["reviews"]) == (3, 0, 3)
    told = there.reviews.import_("qa", tmp_path / "qa.zip")
    assert (told.added, told.known, told.wrong) == (3, 0, [])
    assert there.reviews.import_("qa", tmp_path / "qa.zip").dump() == {"added": 0, "known": 3, "wrong": []}

    def said(project: Project) -> Any:
        return sorted([[getattr(one.review, name) for name in REVIEW] for one in project.reviews.list("qa")], key=str)

    assert said(there) == said(here)
    assert there.reviews.summaries("qa")[IDS[2]]["outdated"] == 1  # the row says there what it said before
    plain = here.datasets.bundle("qa", tmp_path / "plain.zip", reviews=False)
    assert (plain.reviews, "reviews" in verify_bundle(tmp_path / "plain.zip").checked) == (0, False)
    with pytest.raises(Invalid, match="carries no reviews"):
        there.reviews.import_("qa", tmp_path / "plain.zip")


def test_reviews_of_a_bundle_are_taken_only_as_they_were_written(two: tuple[Project, Project], tmp_path: Path) -> None:
    here, there = two
    here.reviews.add("qa", IDS[0], verdict="accept", author="bob")
    here.datasets.bundle("qa", tmp_path / "qa.zip")
    for change, why in (
        (lambda said: {**said, "verdict": "reject"}, "not what the manifest says"),
        (lambda said: {**said, "row": "0" * 32}, "of no row of the version"),
        (lambda said: {**said, "more": 1}, "not written as it has to be"),
    ):  # fmt: skip
        with ZipFile(tmp_path / "qa.zip") as old, ZipFile(tmp_path / "bad.zip", "w") as new:
            for name in old.namelist():
                body = old.read(name)
                new.writestr(name, canonical(change(json.loads(body))) + b"\n" if name == REVIEWS else body)
        assert any(why in one["what"] for one in verify_bundle(tmp_path / "bad.zip").problems), why
        with pytest.raises(Invalid, match="not what was written"):
            there.reviews.import_("qa", tmp_path / "bad.zip")
    (tmp_path / "none.zip").write_bytes(b"no zip")
    with pytest.raises(Invalid, match="not what was written"):
        there.reviews.import_("qa", tmp_path / "none.zip")
    assert there.reviews.list("qa") == []


def test_a_bundle_tells_nobody_what_a_queue_keeps_from_him(two: tuple[Project, Project], tmp_path: Path) -> None:
    """Neither where the queue is nor where the reviews arrive."""
    here, there = two
    for row in IDS[:2]:
        here.reviews.add("qa", row, verdict="reject", author="eve")
    queue = here.review_queues.make("qa", "audit", n=4, reviewers=["bob"])
    shown = here.review_queues.next("qa", reviewer="bob")
    assert shown is not None and len(queue.rows) == 4
    done = here.datasets.bundle("qa", tmp_path / "blind.zip")
    assert (done.reviews, done.held_back) == (0, 2)
    assert here.datasets.bundle("qa", tmp_path / "all.zip", unblind=True).reviews == 2
    there.review_queues.make("qa", "audit", n=4, reviewers=["kim"])
    assert there.reviews.import_("qa", tmp_path / "all.zip").added == 2
    assert (there.reviews.list("qa", reviewer="kim"), there.reviews.held_back("qa", "kim")) == ([], 2)
    while (shown := here.review_queues.next("qa", reviewer="bob")) is not None:
        here.review_queues.give("qa", shown, verdict="accept")
    done = here.datasets.bundle("qa", tmp_path / "open.zip")
    assert (done.reviews, done.held_back) == (6, 0)


def test_what_is_asked_for_wrongly_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no bundle"):
        verify_bundle(tmp_path / "none.zip")
    with pytest.raises(Invalid, match="is no fingerprint"):
        verify_bundle(tmp_path / "none.zip", ["abc"])


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """In processes of their own: what writes and what checks a bundle of eight times the rows takes hardly more."""
    few, many = (peak(tmp_path / str(rows), rows) for rows in (1_000, 8_000))
    assert many["write"] < few["write"] * 1.25
    assert many["check"] < few["check"] * 1.25


def peak(folder: Path, rows: int) -> dict[str, float]:
    folder.mkdir()
    code = (
        "import json, resource, sys; sys.path.insert(0, sys.argv[3])\n"
        "from pathlib import Path\n"
        "from version_rows import made_row\n"
        "from rowsmith.store.database import open_database\n"
        "from rowsmith.store.datasets import Datasets\n"
        "from rowsmith.store.bundles import write_bundle\n"
        "from rowsmith.store.bundle_checks import check_bundle\n"
        "from rowsmith.core.ids import canonical\n"
        "act, path = sys.argv[1], Path('b.zip')\n"
        "if act == 'write':\n"
        "    datasets = Datasets(db := open_database(f'sqlite:///{Path.cwd()}/x.db'))\n"
        "    version = datasets.commit('p', 'qa', (made_row(i, 'text ' * 40 + str(i)) for i in range(int(sys.argv[2]))))\n"
        "    output = {'rows': version.rows, 'root': version.root.hex()}\n"
        "    lock = canonical({'version': version.id, 'output': output, 'versions': [{'id': version.id}]})\n"
        "    write_bundle(db, 'qa', version, lock, '', path, None)\n"
        "else:\n"
        "    assert check_bundle(path).problems == []\n"
        "print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))\n"
    )
    store = Path(__file__).parents[1] / "store"
    found = {}
    for act in ("write", "check"):
        done = subprocess.run([sys.executable, "-c", code, act, str(rows), str(store)], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found[act] = json.loads(done.stdout)
    return found
