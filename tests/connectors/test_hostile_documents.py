"""Hostile and broken files cost themselves and nothing else: no crash, memory within its limit, a clear fault, and the next file is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from corpus_truth import FILES
from hostile import HOSTILE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowsmith.connectors.containers import Limits
from rowsmith.connectors.documents import read_documents
from rowsmith.core.documents import Document
from rowsmith.core.records import Fault

LIMITS = Limits(memory_bytes=700 << 20, cpu_s=10, stall_s=30, free_bytes=12 << 20)
GOOD = "Good words stand in this file."


def mixed(paths: list[Path], good: Path) -> list[Path]:
    return [path for one in paths for path in (one, good)]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Document | Fault]]:
    """What comes of every hostile file, a good one behind each, all read by one call."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (made, _) in HOSTILE.items():
        (folder / name).write_bytes(made())
    good = folder / "good.txt"
    good.write_text(GOOD)
    paths = mixed([folder / name for name in HOSTILE], good)
    found: dict[str, list[Document | Fault]] = {name: [] for name in HOSTILE}
    read = set()
    for number, said in read_documents([(path, path.name) for path in paths], limits=LIMITS):
        if number % 2:
            assert isinstance(said, Document) and said.text == GOOD, (paths[number - 1].name, said)
            read.add(number)
        else:
            found[paths[number].name].append(said)
    assert len(read) == len(HOSTILE)
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_clear_fault(name: str, outcome: dict[str, list[Document | Fault]]) -> None:
    said, reasons = outcome[name], HOSTILE[name][1]
    assert said
    for one in said:
        if isinstance(one, Fault):
            assert one.reason in reasons and one.detail and one.file.startswith(name), one
        else:
            assert "ok" in reasons, one.text[:200]
            assert len(one.text) < 64 << 20


def test_nothing_of_the_machine_comes_of_them(outcome: dict[str, list[Document | Fault]]) -> None:
    texts = [one.text for said in outcome.values() for one in said if isinstance(one, Document)]
    assert not any("root:" in text for text in texts)
    assert not any("lollol" in text for text in texts)
    assert not any("This is the archive" in text for text in texts)


def test_names_that_climb_are_names_and_nothing_is_written(outcome: dict[str, list[Document | Fault]]) -> None:
    assert [one.member for one in outcome["slip.zip"] if isinstance(one, Document)] == ["../../../slipped.txt", "/tmp/slipped.txt", "C:\\slipped.txt"]
    assert not Path("/tmp/slipped.txt").exists() and not list(Path.cwd().parent.glob("slipped.txt"))


def test_good_files_beside_links_are_read(tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(tmp_path / "mixed.tar", "w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        archive.add(FILES / "latin-de.txt", "kept.txt")
    (fault, said) = (one for _, one in read_documents([(tmp_path / "mixed.tar", "mixed.tar")]))
    assert isinstance(fault, Fault) and fault.reason == "link" and isinstance(said, Document) and said.member == "kept.txt"


def test_a_member_that_stalls_costs_itself(tmp_path: Path) -> None:
    """The rest of the archive is read by another child."""
    import zipfile

    with zipfile.ZipFile(tmp_path / "slow.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("first.txt", GOOD)
        archive.writestr("slow.html", "<div>" * 60_000 + "x")
        archive.writestr("last.txt", GOOD)
    limits = Limits(cpu_s=1, cpu_s_per_mb=0, stall_s=30)
    said = [one for _, one in read_documents([(tmp_path / "slow.zip", "slow.zip")], limits=limits)]
    assert [getattr(one, "member", None) or getattr(one, "reason", None) for one in said] == ["first.txt", "timeout", "last.txt"]


def test_a_reader_that_says_nothing_is_ended(tmp_path: Path) -> None:
    (tmp_path / "slow.html").write_text("<div>" * 300_000 + "x")
    (tmp_path / "good.txt").write_text(GOOD)
    paths = [tmp_path / "slow.html", tmp_path / "good.txt"]
    slow, good = (one for _, one in read_documents([(path, path.name) for path in paths], limits=Limits(stall_s=5)))
    assert isinstance(slow, Fault) and slow.reason == "timeout" and isinstance(good, Document)


MEASURED = """
import json, resource, sys
from pathlib import Path
from rowsmith.connectors.containers import Limits
from rowsmith.connectors.documents import read_documents
limits = Limits(memory_bytes=700 << 20, cpu_s=10, stall_s=30, free_bytes=12 << 20)
for _ in read_documents([], limits=limits): pass
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in read_documents([(path, path.name) for path in sorted(Path(sys.argv[1]).iterdir())], limits=limits): pass
print(json.dumps([resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in other units")
def test_memory_stays_within_its_limit(tmp_path: Path) -> None:
    for name in ("bomb.zip", "bomb.txt.zst", "sparse.tar", "flate-bomb.pdf", "picture.pdf", "spans.html", "overlapping.zip", "lying-many.zip"):
        (tmp_path / name).write_bytes(HOSTILE[name][0]())
    done = subprocess.run([sys.executable, "-c", MEASURED, str(tmp_path)], capture_output=True, check=True, env=os.environ, text=True)
    child_kb, grown_kb = json.loads(done.stdout)
    assert child_kb < 700 << 10 and grown_kb < 50 << 10


CORPUS = sorted(path for path in FILES.iterdir() if not path.name.endswith(".truth.json"))
damage = st.one_of(
    st.tuples(st.just("cut"), st.floats(0.0, 1.0), st.just(0)),
    st.tuples(st.just("flip"), st.floats(0.0, 1.0), st.integers(1, 255)),
    st.tuples(st.just("zero"), st.floats(0.0, 1.0), st.integers(1, 2000)),
    st.tuples(st.just("twice"), st.floats(0.0, 1.0), st.integers(1, 2000)),
)


def damaged(data: bytes, how: list[tuple[str, float, int]]) -> bytes:
    for what, place, count in how:
        at = int(place * max(len(data) - 1, 0))
        if what == "cut":
            data = data[:at]
        elif what == "flip" and data:
            data = data[:at] + bytes([data[at] ^ count]) + data[at + 1 :]
        elif what == "zero":
            data = data[:at] + bytes(min(count, len(data) - at)) + data[at + count :]
        elif what == "twice":
            data = data[: at + count] + data[at:]
    return data


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(CORPUS), st.lists(damage, min_size=1, max_size=6)), min_size=8, max_size=14))
def test_damaged_files_of_every_kind_never_break_the_parent(tmp_path: Path, several: list[tuple[Path, list[tuple[str, float, int]]]]) -> None:
    paths = []
    for number, (source, how) in enumerate(several):
        path = tmp_path / f"{number}{source.suffix}"
        path.write_bytes(damaged(source.read_bytes(), how))
        paths.append(path)
    found: dict[int, list[Document | Fault]] = {}
    for number, said in read_documents([(path, path.name) for path in paths], limits=LIMITS):
        found.setdefault(number, []).append(said)
    assert set(found) == set(range(len(paths)))
    for each in found.values():
        for said in each:
            assert (said.text.strip() and said.kind) if isinstance(said, Document) else (said.reason and said.detail)
