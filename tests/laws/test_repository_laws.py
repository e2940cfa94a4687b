"""Laws of repositories and patterns: what is cut anywhere reads the same, and no damage leads to anything but an error that says so."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from dulwich.repo import Repo
from forge_server import FILES, committed, packed
from hypothesis import given, settings
from hypothesis import strategies as st

from rowsmith.connectors.containers.limits import CutOff, Limits, Refused
from rowsmith.connectors.globs import matcher
from rowsmith.connectors.repository.address import place_of
from rowsmith.connectors.repository.archive import take_archive
from rowsmith.connectors.repository.choice import Choice, Taking, safe
from rowsmith.connectors.repository.wire import Packets, packet
from rowsmith.core.errors import Invalid, Unavailable

PARTS = st.text(st.characters(codec="utf-8", exclude_characters="/*?[\0\n", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
PATHS = st.lists(PARTS.filter(lambda part: part not in (".", "..")), min_size=2, max_size=5).map("/".join)


@given(st.lists(st.binary(max_size=60), max_size=12), st.lists(st.integers(0, 800), max_size=8))
def test_lines_are_the_same_wherever_they_are_cut(lines: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(packet(line) if line else b"0000" for line in lines)
    ends = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    packets = Packets()
    assert [line for first, last in pairwise(ends) for line in packets.taken(whole[first:last])] == lines
    packets.end("here")


@given(st.binary(max_size=200))
def test_nonsense_is_refused_as_nonsense(data: bytes) -> None:
    packets = Packets()
    try:
        list(packets.taken(data))
        packets.end("here")
    except Unavailable:
        pass


@given(PATHS, PATHS)
def test_a_plain_pattern_names_itself_and_what_lies_below(path: str, more: str) -> None:
    asked = matcher([path])
    assert asked(path) and asked(f"{path}/{more}") and not asked(f"{path}x")
    assert matcher(["**"])(path) and matcher(["**/*"])(path) and matcher([f"**/{path}"])(f"{more}/{path}")
    assert matcher([path.rpartition("/")[2]])(path)
    first, _, rest = path.partition("/")
    assert matcher([f"{first}/**"])(path) and matcher([f"{first}/"])(path) and not matcher([f"{first}/*"])(f"{path}/{more}/{rest}")


@given(st.text(max_size=40), st.text(max_size=60))
def test_any_text_is_a_pattern_and_costs_little(pattern: str, path: str) -> None:
    matcher([pattern, f"{pattern}*" * 50, "**/" * 100 + pattern, f"[{pattern}]", f"[!{pattern}]"])(path)
    assert not matcher(["*a" * 30 + "b", "**/a/" * 30 + "b"])("a" * 500)  # what takes others longer than anybody waits
    assert not matcher(["**/a/" * 30 + "b"])("/".join("a" * 300))


@given(st.text(max_size=60))
def test_what_is_safe_stays_below(path: str) -> None:
    if safe(path):
        assert (Path("/top") / path).resolve().is_relative_to("/top") and not re.search(r"[\0\\]", path)


@given(st.text(max_size=60))
def test_every_address_is_read_or_refused(rest: str) -> None:
    for before in ("", "git+", "https://github.com/", "git+https://example.org/", "https://gitlab.com/a/b/-/"):
        try:
            place = place_of(before + rest)
        except Invalid:
            continue
        assert place.origin.startswith("http") and place.path and ".." not in place.path.split("/")


def mutated(whole: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some of them changed, and cut off somewhere."""

    def made(changes: dict[int, int], end: int) -> bytes:
        data = bytearray(whole)
        for place, value in changes.items():
            data[place] = value
        return bytes(data[:end])

    return st.builds(made, st.dictionaries(st.integers(0, len(whole) - 1), st.integers(0, 255), max_size=5), st.integers(0, len(whole)))


def material() -> tuple[str, bytes, bytes]:
    """A commit, and the archive and the pack that hold it."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "it.git"
        commit = committed(at, FILES)
        archive = packed(at, commit, "top")
        with Repo(str(at)) as repo:
            repo.object_store.pack_loose_objects()
        return commit, archive, next((at / "objects" / "pack").glob("*.pack")).read_bytes()


COMMIT, ARCHIVE, PACK = material()


def taken(take: Any, data: bytes) -> None:
    """Take what these bytes hold. Only what the child knows how to tell may be raised."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "data").write_bytes(data)
        (at / "to").mkdir()
        said: list[dict[str, Any]] = []
        try:
            take(at, Taking(Choice(keep=("generated", "vendored", "binary")), at / "to", said.append), said.append)
        except (Refused, CutOff):
            pass
        assert {path.name for path in at.iterdir()} <= {"data", "to", "objects"}
        assert {path.name for path in (at / "to").iterdir()} == {one["file"] for one in said if "file" in one}


@given(mutated(ARCHIVE))
@settings(max_examples=60)
def test_a_damaged_archive_is_told(data: bytes) -> None:
    taken(lambda at, taking, say: take_archive(at / "data", Limits(), taking, say), data)


@given(mutated(gzip.decompress(ARCHIVE)))
@settings(max_examples=60)
def test_a_damaged_tar_is_told(data: bytes) -> None:
    taken(lambda at, taking, say: take_archive(at / "data", Limits(), taking, say), gzip.compress(data, 1))


DAMAGE = """
import random, sys, tempfile
from pathlib import Path
from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.repository.choice import Choice, Taking
from rowsmith.connectors.repository.objects import take_pack

whole, commit, chance, refused = Path(sys.argv[1]).read_bytes(), sys.argv[2], random.Random(int(sys.argv[3])), 0
for _ in range(150):
    data = bytearray(whole)
    for _ in range(chance.randint(0, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data").write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
        try:
            take_pack(Path(folder, "data"), commit, Path(folder), Limits(), Taking(Choice(), Path(folder), lambda said: None))
        except Refused:
            refused += 1
print(refused)
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_a_damaged_pack_is_told(tmp_path: Path, seed: int) -> None:
    (tmp_path / "pack").write_bytes(PACK)
    done = subprocess.run([sys.executable, "-c", DAMAGE, str(tmp_path / "pack"), COMMIT, str(seed)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert 75 < int(done.stdout) < 150


def slow(pattern: str, path: str) -> bool:
    """What a pattern of one part means, by trying everything."""
    if not pattern:
        return not path
    if pattern[0] == "*":
        return any(slow(pattern[1:], path[at:]) for at in range(len(path) + 1))
    return bool(path) and pattern[0] in ("?", path[0]) and slow(pattern[1:], path[1:])


@given(st.text("ab*?", min_size=1, max_size=7), st.text("ab", min_size=1, max_size=7))
def test_stars_mean_what_they_mean(pattern: str, name: str) -> None:
    assert matcher([pattern])(name) == slow(pattern, name)


def slow_parts(pattern: list[str], path: list[str]) -> bool:
    """What a pattern of a whole path means, by trying everything; `**` at its end stands for at least one part."""
    if not pattern:
        return not path
    if pattern == ["**"]:
        return bool(path)
    if pattern[0] == "**":
        return any(slow_parts(pattern[1:], path[at:]) for at in range(len(path) + 1))
    return bool(path) and slow(pattern[0], path[0]) and slow_parts(pattern[1:], path[1:])


@given(
    st.lists(st.sampled_from(["a", "b", "*", "**", "a*"]), min_size=2, max_size=6),
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=6),
)  # fmt: skip
def test_folders_of_any_depth_mean_what_they_mean(pattern: list[str], path: list[str]) -> None:
    if any("*" in part for part in pattern):
        assert matcher(["/".join(pattern)])("/".join(path)) == slow_parts(pattern, path)
