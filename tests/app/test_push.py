"""A dataset on its way to a hub and back. The hub's own library pushes to the same stand-in, so that what it answers is the protocol."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard
from dataset_hub import DatasetHub, dataset_hub, said
from homes import Place, Workshop
from web import http

from rowsmith.app.downloads import Part
from rowsmith.app.input_files import YOUNG_S, unnamed
from rowsmith.app.push_hub import PushedToHub
from rowsmith.core.errors import Conflict, Invalid, NotFound, RowsmithError, Unavailable
from rowsmith.core.ids import source_id
from rowsmith.core.row import Row

TOKEN, READER, STRANGER = "hf_writes0123456789", "hf_reads01234567890", "hf_nobody0123456789"
ROWS = [
    Row(source_id("push", str(n), 0), n.to_bytes(6, "big"), {
        "input": f"{n}?", "answer": f"{n}.", "split": "test" if n % 4 == 0 else "train", "half": "ab"[n % 2],
        **({"odd": [n, {"deep": None}]} if n % 2 else {})}, {"judge": n / 8}, {"source": {"name": "push", "line": n}, "made": [{"step": "by hand"}]})
    for n in range(40)
]  # fmt: skip


@pytest.fixture
def hub() -> Iterator[DatasetHub]:
    with dataset_hub() as made:
        made.writes = {TOKEN: ("alice", "acme"), READER: ()}
        yield made


class Here:
    """A home with a dataset `t`, and the hub."""

    def __init__(self, shop: Workshop, hub: DatasetHub) -> None:
        self.hub, self.lab = hub, shop.lab
        self.datasets, self.folder = shop.lab.project().datasets, shop.folder
        self.as_(TOKEN)
        self.commit(ROWS)

    def as_(self, token: str) -> None:
        """Whose token the environment has."""
        self.lab.environ = {**self.lab.environ, **self.hub.environ(self.folder / "cache", HF_TOKEN=token)}

    def commit(self, rows: list[Row], replace: bool = False) -> None:
        self.datasets._store.commit("default", "t", rows, replace=replace)

    def push(self, place: str = "hf:acme/qa", spoken: str = "t", **options: Any) -> PushedToHub:
        done = self.datasets.push(spoken, place, **options)
        assert isinstance(done, PushedToHub)
        return done

    def pull(self, name: str = "hf:acme/qa", into: str = "back") -> list[Row]:
        self.datasets.pull(name, into)
        return list(self.datasets.rows(into))


@pytest.fixture
def here(where: Place, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    with Workshop(where) as shop:
        monkeypatch.chdir(shop.folder)
        yield Here(shop, hub)


def plain(rows: list[Row]) -> list[Any]:
    return [(row.id, row.data, row.scores, row.origin) for row in rows]


def table(body: bytes, folder: Path) -> list[Any]:
    (folder / "x.parquet").write_bytes(body)
    return duckdb.sql(f"SELECT input, answer FROM '{folder / 'x.parquet'}'").fetchall()


# -- there and back ---------------------------------------------------------------------------------------------------------------------


def test_what_is_pushed_and_pulled_is_equal(here: Here) -> None:
    done = here.push(split_by="split", tag="v1.0", message="first")
    repo = here.hub.repos["acme/qa"]
    assert (done.created, done.private, repo.private, done.rows, done.splits) == (True, True, True, 40, {"test": 10, "train": 30})
    assert (repo.log[-1], repo.refs["v1.0"]) == ((done.commit, "first"), done.commit)
    assert plain(here.pull()) == plain(ROWS) == plain(here.pull("hf:acme/qa@v1.0", "tagged"))
    assert {"README.md", "data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet"} <= set(repo.head)
    assert table(repo.head["data/test-00000-of-00001.parquet"], here.folder) == [(f"{n}?", f"{n}.") for n in range(0, 40, 4)]
    taken = here.datasets.import_(["hf:acme/qa"], "imported", part=Part(split="train"), format="jsonl")
    assert taken.kept == 30


def test_pictures_come_along_and_the_versions_are_proven(here: Here, tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"a picture")
    name = here.lab.files.put_file(tmp_path / "p")
    picture = Row(source_id("push", "p", 0), b"\xff", {"image": {"file": name, "media_type": "image/png"}}, {}, ROWS[0].origin)
    here.commit([picture], replace=True)
    here.push()
    here.lab.files.remove(name)
    assert plain(here.pull()) == plain([picture])
    assert here.lab.files.find(name).read_bytes() == b"a picture"
    long_ago = time.time() - 2 * YOUNG_S
    os.utime(here.lab.files.path(name), (long_ago, long_ago))
    assert unnamed(here.lab) == [] and here.lab.project().sources.list() == [], "what is swept away when a source is forgotten"
    assert list(here.datasets._store.check(here.datasets.get("back"))) == []
    assert [path for path in (here.folder / "cache").rglob("*") if path.is_file() and path.suffix != ".json"] == []


def test_the_same_again_sends_nothing_and_a_change_sends_what_it_changes(here: Here) -> None:
    first = here.push(split_by="split")
    again = here.push(split_by="split")
    assert (again.commit, again.sent, again.kept) == (first.commit, [], len(here.hub.repos["acme/qa"].head) - 1)
    here.commit([ROWS[0].with_data({**ROWS[0].data, "answer": "New."})])
    changed = here.push(split_by="split")
    assert "data/test-00000-of-00001.parquet" in changed.sent
    assert "data/train-00000-of-00001.parquet" not in changed.sent
    assert here.pull(into="newer")[0].data["answer"] == "New."


def test_files_of_an_earlier_push_go_and_those_of_others_stay(here: Here) -> None:
    here.push(split_by="split")
    here.hub.add("acme/qa", {"data/mine.txt": b"mine", "LICENSE": b"own"})
    done = here.push(split_by="half")
    assert done.removed == ["data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet"]
    assert {"data/mine.txt", "LICENSE", "data/a-00000-of-00001.parquet"} <= set(here.hub.repos["acme/qa"].head)


def test_a_large_file_goes_in_parts_where_the_storage_wants_it(here: Here) -> None:
    here.hub.part = 1000
    here.push()
    assert (here.hub.asked.count("put") > 3, here.hub.asked.count("complete") >= 1) == (True, True)
    assert plain(here.pull()) == plain(ROWS)


def test_it_is_private_unless_it_is_said_aloud_and_stays_what_it_is(here: Here) -> None:
    assert (here.push("hf:alice/open", public=True).private, here.hub.repos["alice/open"].private) == (False, False)
    again = here.push("hf:alice/open")
    assert (again.private, "everybody can read" in again.notes[0]) == (False, True)
    here.push()
    assert "stays private" in here.push(public=True).notes[0]
    assert here.hub.repos["acme/qa"].private


def test_a_hub_that_makes_public_what_was_to_be_private_gets_nothing(here: Here) -> None:
    def create(name: str, seen: Any) -> None:
        if name == "create":
            seen.body = seen.body.replace(b'"private"', b'"public"')

    here.hub.interfere = create
    with pytest.raises(Unavailable, match="has made acme/qa public"):
        here.push()
    assert list(here.hub.repos["acme/qa"].head) == [".gitattributes"]


def test_an_event_tells_of_it_and_forgetting_lists_it(here: Here) -> None:
    done = here.push(tag="v1")
    told = next(event for event in here.lab.project().events.list() if event.kind == "dataset.pushed").data
    assert [told[key] for key in ("path", "dataset", "rows", "commit", "private", "tag")] == [done.url, "t", 40, done.commit, True, "v1"]
    forgotten = here.lab.project().provenance.forget("push", dry_run=True)
    assert [(copy["where"], copy["there"]) for copy in forgotten.unreachable if copy["kind"] == "pushed"] == [(done.url, None)]


def test_the_token_stands_nowhere(here: Here, where: Place) -> None:
    here.push()
    here.pull()
    assert all("authorization" not in seen.headers for seen in here.hub.store.seen)
    assert TOKEN not in json.dumps([event.data for event in here.lab.project().events.list()])
    written = [path for path in here.folder.rglob("*") if path.is_file()]
    assert [path for path in written if TOKEN.encode() in path.read_bytes()] == []
    assert written


def test_a_token_that_is_kept_is_found(here: Here) -> None:
    here.as_("")
    here.lab.environ = {**here.lab.environ, "ROWSMITH_KEK": "A" * 43}
    here.lab.keys.add("HF_TOKEN", TOKEN, url=here.lab.environ["HF_ENDPOINT"])
    assert here.push().created


# -- what goes wrong --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "place", "options", "says"),
    [("", "hf:acme/qa", {}, "There is no token for 127.0.0.1"), (STRANGER, "hf:acme/qa", {}, "does not know the token"),
     (READER, "hf:acme/qa", {}, "may not write to acme"), (TOKEN, "hf:other/qa", {}, "may not write to other"),
     (TOKEN, "hf:acme", {}, "names no dataset of a hub to push to"), (TOKEN, "hf:acme/qa/en", {}, "names no dataset of a hub to push to"),
     (TOKEN, "hg:acme/qa", {}, "'hg:acme/qa' is no place to push to or pull from. Places begin with one of: hf:, argilla:, label-studio:."),
     (TOKEN, "acme/qa", {}, "is no place to push to"),
     (TOKEN, "hf:acme/qa", {"tag": "a b"}, "cannot be a tag"), (TOKEN, "hf:acme/qa", {"split_by": "part"}, "It says nothing in 'part'"),
     (TOKEN, "hf:acme/qa", {"split_by": "input"}, "'0?' cannot be the name of a split")],
)  # fmt: skip
def test_what_cannot_be_pushed_is_said(here: Here, token: str, place: str, options: dict[str, str], says: str) -> None:
    here.as_(token)
    with pytest.raises(RowsmithError) as error:
        here.push(place, **options)
    assert says in str(error.value)
    assert token == "" or token not in str(error.value)
    assert "acme/qa" not in here.hub.repos


def test_what_the_hub_does_not_take_is_said(here: Here) -> None:
    def too_large(name: str, seen: Any) -> Any:
        if name != "batch":
            return None
        asked = json.loads(seen.body)["objects"]
        return said({"transfer": "basic", "objects": [{**one, "error": {"code": 422, "message": "File is larger than 50 GB"}} for one in asked]})

    here.hub.interfere = too_large
    with pytest.raises(Invalid, match=r"does not take \S+: File is larger than 50 GB"):
        here.push()
    here.hub.interfere = lambda name, seen: http(status=413) if name == "put" else None
    with pytest.raises(Invalid, match="as large as these"):
        here.push()
    assert list(here.hub.repos["acme/qa"].head) == [".gitattributes"]


def test_somebody_who_commits_meanwhile_is_not_overwritten(here: Here) -> None:
    here.push()

    def meanwhile(name: str, seen: Any) -> None:
        if name == "commit" and b"parentCommit" in seen.body:
            here.hub.interfere = lambda name, seen: None
            here.hub.add("acme/qa", {"data/theirs.txt": b"theirs"})

    here.hub.interfere = meanwhile
    with pytest.raises(Conflict, match="Somebody has committed to acme/qa meanwhile"):
        here.push(split_by="half")
    assert here.push(split_by="split").rows == 40
    assert "data/theirs.txt" in here.hub.repos["acme/qa"].head


def test_a_tag_that_is_taken_is_said(here: Here) -> None:
    here.push(tag="v1")
    assert here.push(tag="v1").sent == []
    with pytest.raises(Conflict, match="has a tag v1 already"):
        here.push(split_by="half", tag="v1")


def test_a_network_that_breaks_off_leaves_nothing_half_and_is_gone_on_with(here: Here) -> None:
    """The first file gets through; then the storage is gone."""
    puts: list[str] = []

    def gone(name: str, seen: Any) -> Any:
        if name == "put":
            puts.append(seen.target)
            return http(status=403) if len(puts) > 1 else None
        return None

    here.hub.interfere = gone
    with pytest.raises(Unavailable):
        here.push(split_by="split")
    assert list(here.hub.repos["acme/qa"].head) == [".gitattributes"]
    here.hub.interfere = lambda name, seen: puts.append(seen.target) if name == "put" else None
    done = here.push(split_by="split")
    assert len(puts) == len(set(puts)) + 1
    assert (done.created, plain(here.pull())) == (False, plain(ROWS))


def test_a_busy_hub_is_waited_for(here: Here) -> None:
    answers = {"preupload": said({}, 429, Retry_After="0"), "put": http(status=503), "batch": http(status=502), "verify": http(status=504)}
    here.hub.interfere = lambda name, seen: answers.pop(name, None)
    assert (here.push().created, answers) == (True, {})


def test_what_was_not_pushed_by_us_or_is_damaged_is_not_pulled(here: Here) -> None:
    here.hub.add("acme/theirs", {"a.jsonl": b'{"a": 1}\n'})
    with pytest.raises(NotFound, match=r"was not written by rowsmith push.*rowsmith import hf:acme/theirs"):
        here.pull("hf:acme/theirs")
    for body in (b'{"id": "x", "data": {}, "scores": {}, "origin": {}}\n', b'{"id": "' + b"0" * 32 + b'", "data": 1}\n', b"{}\n{broken\n"):
        here.hub.add("acme/bad", {".rowsmith/rows.jsonl.zst": zstandard.compress(body)}, message=repr(body))
        with pytest.raises(Invalid, match=r"Row 1 of \S+ cannot be read"):
            here.pull("hf:acme/bad")
    assert "back" not in [one.name for one in here.datasets.list() if here.datasets.versions(one.name)]


# -- the stand-in, held against the hub's own library -------------------------------------------------------------------------------------


def test_the_hubs_own_library_pushes_and_reads_here(hub: DatasetHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    code = """
import sys
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError
api = HfApi(endpoint=sys.argv[1], token=sys.argv[2])
assert api.whoami()["name"] == "alice"
api.create_repo("acme/lib", repo_type="dataset", private=True)
api.create_repo("acme/lib", repo_type="dataset", private=True, exist_ok=True)
done = api.upload_folder(repo_id="acme/lib", repo_type="dataset", folder_path=sys.argv[3], commit_message="by the library")
api.create_tag("acme/lib", repo_type="dataset", tag="v1", revision=done.oid)
info = api.dataset_info("acme/lib")
assert (info.private, info.sha) == (True, done.oid)
tree = {one.path: one.size for one in api.list_repo_tree("acme/lib", repo_type="dataset", recursive=True) if hasattr(one, "blob_id")}
assert tree["data/a.parquet"] == 5000, tree
path = api.hf_hub_download("acme/lib", "data/a.parquet", repo_type="dataset", revision="v1")
assert open(path, "rb").read() == open(sys.argv[3] + "/data/a.parquet", "rb").read()
for wrong, name, revision in ((RepositoryNotFoundError, "acme/none", "main"), (RevisionNotFoundError, "acme/lib", "v9")):
    try:
        api.dataset_info(name, revision=revision)
    except wrong:
        continue
    raise SystemExit(f"{name} {revision}")
try:
    api.create_repo("other/lib", repo_type="dataset")
except HfHubHTTPError as error:
    assert error.response.status_code == 403
else:
    raise SystemExit("other/lib")
"""
    folder = tmp_path / "folder"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "a.parquet").write_bytes(os.urandom(5000))
    (folder / "README.md").write_text("# A card\n", encoding="utf-8")
    hub.part = 2000
    hub.page = 2
    import subprocess
    import sys

    env = {**os.environ, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", code, f"http://127.0.0.1:{hub.hub.port}", TOKEN, str(folder)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (hub.asked.count("put"), hub.asked.count("complete")) == (3, 1)
    head = hub.repos["acme/lib"].head
    assert sha256(head["data/a.parquet"]).digest() == sha256((folder / "data" / "a.parquet").read_bytes()).digest()
    assert re.fullmatch("by the library", hub.repos["acme/lib"].log[-1][1])
