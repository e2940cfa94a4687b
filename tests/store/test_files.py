"""Files: kept under their hash, never seen half done, whatever moment the process dies at."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from rowsmith.core.errors import Invalid, NotFound, StorageFull
from rowsmith.store.files import Files, atomic_write


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """An empty store."""
    return Files(tmp_path / "files")


def put(files: Files, body: bytes) -> str:
    return files.put(BytesIO(body))


def write(path: Path, *parts: Any) -> None:
    with atomic_write(path) as file:
        for part in parts:
            file.write(part)


def test_a_file_is_kept_once_under_its_hash(files: Files, tmp_path: Path) -> None:
    source = tmp_path / "a report.md"
    body = os.urandom(3 << 20)
    source.write_bytes(body)
    name = files.put_file(source)
    assert name == blake2b(body, digest_size=32).hexdigest()
    made = files.path(name).stat().st_mtime_ns
    source.unlink()
    assert files.has(name)
    assert files.verify(name)
    assert files.put_file(files.path(name)) == name
    assert files.path(name).stat().st_mtime_ns == made
    with files.open(name) as file:
        assert file.read() == body
    assert list(files) == [name]


def test_a_copy_does_not_follow_its_source(files: Files, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("before")
    name = files.put_file(source)
    source.write_text("after!")
    assert files.verify(name)


def test_empty_and_many(files: Files) -> None:
    names = {put(files, str(number).encode() * number) for number in range(50)}
    assert list(files) == sorted(names)
    assert len(names) == 50


def test_damage_and_absence_are_seen(files: Files) -> None:
    name = put(files, b"text")
    os.chmod(files.path(name), 0o644)
    files.path(name).write_bytes(b"tex!")
    assert not files.verify(name)
    assert not files.verify("0" * 64)
    assert not files.has("0" * 64)
    with pytest.raises(NotFound, match="missing"):
        files.open("0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", ""])
def test_only_hashes_are_names(files: Files, name: str) -> None:
    with pytest.raises(Invalid, match="no hash"):
        files.path(name)


def test_scratch(files: Files) -> None:
    for name in ("run-1", "../../outside", "a/b", "", ".."):
        folder = files.scratch(name)
        assert folder.parent == files.root / "scratch"
        (folder / "x").write_text("x")
        assert files.scratch(name) == folder
        files.remove_scratch(name)
        assert not folder.exists()
        files.remove_scratch(name)


def test_an_atomic_write_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out" / "rows.jsonl"
    with atomic_write(target) as file:
        file.write(b"one")
        assert not target.exists()
    with pytest.raises(TypeError):
        write(target, b"two", "not bytes")
    assert target.read_bytes() == b"one"
    assert os.listdir(target.parent) == ["rows.jsonl"]


def test_an_atomic_write_follows_a_link_and_refuses_a_folder(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with atomic_write(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    with pytest.raises(Invalid, match="is a folder"), atomic_write(tmp_path):
        pass
    with pytest.raises(Invalid, match="cannot be written"), atomic_write(tmp_path / "real" / "x"):
        pass


CHILD = """
import sys
from io import BytesIO
from pathlib import Path
from rowsmith.core.errors import StorageFull
from rowsmith.store.files import Files, atomic_write
home = Path(sys.argv[1])
try:
    if sys.argv[2] == "put":
        Files(home / "files").put(BytesIO(b"text"))
    else:
        with atomic_write(home / "out") as file:
            file.write(b"text")
except StorageFull as error:
    print(error.what)
"""


@pytest.mark.parametrize("what", ["put", "write"])
@pytest.mark.parametrize(("point", "there"), [("before_rename", False), ("after_rename", True)])
@pytest.mark.parametrize("action", ["kill", "full"])
def test_dying_beside_the_rename(tmp_path: Path, what: str, point: str, there: bool, action: str) -> None:
    env = {"ROWSMITH_FAILPOINTS": f"files.write.{point}={action}"}
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path), what], env=env, capture_output=True, text=True)
    assert (done.returncode == -9) if action == "kill" else ("No space is left" in done.stdout)
    files = Files(tmp_path / "files")
    found = list(files) if what == "put" else list(tmp_path.glob("out"))
    assert bool(found) == there
    if what == "put":
        assert all(files.verify(name) for name in found)
        assert files.verify(put(files, b"text"))
    elif there:
        assert (tmp_path / "out").read_bytes() == b"text"


def test_no_space(tmp_path: Path) -> None:
    with pytest.raises(StorageFull), atomic_write(tmp_path / "out"):
        Path("/dev/full").write_bytes(b"x")
    assert os.listdir(tmp_path) == []


def test_unfinished_copies_of_dead_processes_are_removed_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    files = Files(tmp_path)
    assert files.remove_unfinished() == 0
    files.put(BytesIO(b"whole"))
    (tmp_path / "blobs" / "dead.part").write_bytes(b"half")
    (tmp_path / "blobs" / "new.part").touch()

    class Slow:
        """Looks, while it is read, at what is removed."""

        removed: int = -1

        def read(self, size: int = -1) -> bytes:
            if self.removed >= 0:
                return b""
            (part,) = [p for p in (tmp_path / "blobs").glob("*.part") if p.stem not in ("dead", "new")]
            part.write_bytes(b"some")
            self.removed = files.remove_unfinished()
            return b"more"

    slow = Slow()
    files.put(slow)
    assert slow.removed == 1
    assert sorted(path.name for path in (tmp_path / "blobs").glob("*.part")) == ["new.part"]
    assert files.hash_of(files.path(next(iter(files)))) == next(iter(files))
    assert files.scratches() == []
    files.scratch("one")
    assert files.scratches() == ["one"]
