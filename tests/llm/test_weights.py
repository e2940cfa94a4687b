"""Files of weights: found, named by what is in them, and read only once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.folders import cache_folder
from rowsmith.core.weights import Note
from rowsmith.llm.local.memory import available, shown
from rowsmith.llm.local.weights import WeightFiles, parts


def silent(note: str) -> None:
    """Hears nothing."""


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_hash_is_kept_for_path_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(b"one")
    os.utime(path, ns=(1, 1))
    assert WeightFiles(tmp_path, tmp_path / "cache").hash("a.gguf", silent) == sha(b"one")
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert WeightFiles(tmp_path, tmp_path / "cache").hash("a.gguf", silent) == sha(b"one"), "it was read again"
    os.utime(path, ns=(1, 2))
    assert WeightFiles(tmp_path, tmp_path / "cache").hash("a.gguf", silent) == sha(b"two")
    assert WeightFiles(tmp_path, tmp_path / "other").hash("a.gguf", silent) == sha(b"two")


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b'{"x": 1}'])
def test_a_damaged_record_of_hashes_is_made_anew(tmp_path: Path, record: bytes) -> None:
    (tmp_path / "weights.json").write_bytes(record)
    (tmp_path / "a.gguf").write_bytes(b"one")
    assert WeightFiles(tmp_path, tmp_path).hash("a.gguf", silent) == sha(b"one")


def test_where_nothing_can_be_kept_it_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "a.gguf").write_bytes(b"one")
    assert WeightFiles(tmp_path, tmp_path / "file").hash("a.gguf", silent) == sha(b"one")


def test_paths_are_taken_from_the_folder_of_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for folder in ("home", "base/models"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.gguf").write_bytes(b"")
    files = WeightFiles(tmp_path / "base", tmp_path)
    assert files.here("models/a.gguf") == tmp_path / "base/models/a.gguf"
    assert files.here(str(tmp_path / "home/a.gguf")) == files.here("~/a.gguf") == tmp_path / "home/a.gguf"
    with pytest.raises(NotFound, match=r"There is no file .*base/a\.gguf"):
        files.here("a.gguf")


def test_a_folder_is_named_by_its_files_and_what_they_are_called(tmp_path: Path) -> None:
    def folder(name: str, **files: str) -> str:
        for file, text in files.items():
            place = tmp_path / name / file.replace("__", "/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return name

    files = WeightFiles(tmp_path, tmp_path / "cache")
    one = folder("one", model="a", pooling__config="b")
    assert files.here(one) == tmp_path / "one"
    assert files.hash(folder("copy", model="a", pooling__config="b"), silent) == files.hash(one, silent)
    others = [folder("renamed", model="a", pooled__config="b"), folder("changed", model="a", pooling__config="c"), folder("less", model="a")]
    assert len({files.hash(name, silent) for name in (one, *others)}) == 4
    before = files.hash(one, silent)
    (tmp_path / "one" / ".git").mkdir()
    (tmp_path / "one" / ".git" / "HEAD").write_text("x")
    assert files.hash(one, silent) == before


def test_weights_in_several_files_are_named_by_all_of_them(tmp_path: Path) -> None:
    names = parts("big-00001-of-00003.gguf")
    assert names == [f"big-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
    for name in names[:2]:
        (tmp_path / name).write_bytes(name.encode())
    files = WeightFiles(tmp_path, tmp_path / "cache")
    with pytest.raises(NotFound, match=r"big-00003-of-00003\.gguf"):
        files.hash(names[0], silent)
    (tmp_path / names[2]).write_bytes(b"three")
    whole = files.hash(names[0], silent)
    assert files.here(names[2]) == tmp_path / names[0]
    (tmp_path / names[2]).write_bytes(b"other")
    assert files.hash(names[0], silent) != whole


class Asked:
    """A hub that says what it was asked for (core.ports.Hub)."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.names = folder, list[str]()

    def here(self, name: str) -> Path | None:
        return None

    def fetch(self, name: str, note: Note) -> Path:
        self.names.append(name)
        path = self.folder / name.partition("@")[0].rpartition("/")[2]
        path.write_bytes(name.encode())
        return path


def test_all_parts_are_had_from_the_hub_and_a_hash_is_that_of_the_first(tmp_path: Path) -> None:
    hub, digest = Asked(tmp_path), "0" * 64
    files = WeightFiles(tmp_path, tmp_path, lambda: hub)
    name = f"hf:acme/big-GGUF/q4/big-00001-of-00002.gguf@main#sha256={digest}"
    assert files.here(name) is None
    assert files.fetched(name, silent) == tmp_path / "big-00001-of-00002.gguf"
    assert hub.names == [name, "hf:acme/big-GGUF/q4/big-00002-of-00002.gguf@main"]


@pytest.mark.parametrize("name", ["hf:", "hf:acme/a.gguf", "hf:acme/a/b", "hf:acme/a/b.gguf@", "hf:acme/a/b.gguf@x@y", "hf:acme/a/b.gguf#sha256=1"])
def test_other_names_are_none_of_the_hub(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="is no file of the hub"):
        WeightFiles(tmp_path, tmp_path).here(name)


def test_memory_is_what_the_system_says_or_what_is_left_to_the_container(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8000 kB\nMemAvailable: 4000 kB\n")
    group = tmp_path / "group"
    assert available(meminfo, group) == 4_096_000
    group.mkdir()
    (group / "memory.max").write_text("3000000\n")
    (group / "memory.current").write_text("2500000\n")
    (group / "memory.stat").write_text("anon 1\ninactive_file 400000\nactive_file 100000\n")
    assert available(meminfo, group) == 1_000_000
    (group / "memory.max").write_text("max\n")
    assert available(meminfo, group) == 4_096_000
    assert available(tmp_path / "none", tmp_path / "none") is None
    assert [shown(size) for size in (12, 4_500, 1_234_567, 25_000_000_000)] == ["12 bytes", "4.5 KB", "1.2 MB", "25.0 GB"]


def test_the_cache_is_where_the_user_says(tmp_path: Path) -> None:
    assert cache_folder({"ROWSMITH_CACHE": "/c", "XDG_CACHE_HOME": "/x"}) == Path("/c")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/rowsmith")
    assert cache_folder({}) == Path.home() / ".cache" / "rowsmith"
