"""The index of vectors that ships: exact, durable where it has a place, and rid of what is taken out. (Those of libraries: tests/consumers.)"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import closing, contextmanager
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowsmith.connectors.vectors import open_index
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.ports import Index

Vector = list[float]
NUMBERS = st.floats(-10, 10, width=32)


@contextmanager
def index(folder: Path, place: str = "") -> Iterator[Index]:
    with closing(open_index("builtin", place, folder)) as found:
        yield found


def raw(vector: Vector) -> bytes:
    return array("f", vector).tobytes()


def cosine(one: Vector, two: Vector) -> float:
    norms = sqrt(sum(a * a for a in one)) * sqrt(sum(b * b for b in two))
    return sum(a * b for a, b in zip(one, two, strict=True)) / norms if norms else 0.0


@settings(max_examples=40, deadline=None)
@given(
    vectors=st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=20), wanted=st.lists(NUMBERS, min_size=3, max_size=3),
    count=st.integers(1, 25), gone=st.sets(st.integers(0, 19)),
)  # fmt: skip
def test_the_nearest_are_those_of_comparing_all(
    vectors: list[Vector], wanted: Vector, count: int, gone: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with index(tmp_path_factory.mktemp("index")) as found:
        for number, vector in enumerate(vectors):
            found.add(f"row {number}", raw(vector))
        found.remove(f"row {number}" for number in gone)
        left = {f"row {number}": cosine(vector, wanted) for number, vector in enumerate(vectors) if number not in gone}
        near = found.near(raw(wanted), count)
        assert len(near) == min(count, len(left))
        assert len({name for name, _ in near}) == len(near)
        assert [cosine_ for _, cosine_ in near] == pytest.approx(sorted(left.values(), reverse=True)[:count], abs=1e-6)
        assert all(cosine_ == pytest.approx(left[name], abs=1e-6) for name, cosine_ in near)


def test_many_vectors_are_written_in_parts_and_found_again(tmp_path: Path) -> None:
    place = str(tmp_path / "place")
    with index(tmp_path, place) as found:
        for number in range(600):
            found.add(str(number), raw([1.0, number / 100]))
        found.add("7", raw([-1.0, 0.0]))  # in the place of the earlier one
    with index(tmp_path, place) as found:
        assert found.near(raw([1.0, 3.0]), 1)[0][0] == "300"
        assert found.near(raw([-1.0, 0.0]), 1)[0] == ("7", 1.0)
        found.remove(["300"])
        assert found.near(raw([1.0, 3.0]), 1)[0][0] in ("299", "301")
    with index(tmp_path, place) as found:
        assert "300" not in {name for name, _ in found.near(raw([1.0, 3.0]), 600)}
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_an_index_without_a_place_ends_with_its_use(tmp_path: Path) -> None:
    with index(tmp_path) as found:
        assert found.near(raw([1.0]), 3) == []
        found.add("a", raw([1.0]))
        assert found.near(raw([2.0]), 0) == []
    assert list(tmp_path.iterdir()) == []


def test_vectors_of_two_lengths_do_not_go_into_one_index(tmp_path: Path) -> None:
    with index(tmp_path) as found:
        found.add("a", raw([1.0, 2.0]))
        with pytest.raises(Invalid, match="3 numbers came to an index of vectors of 2"):
            found.add("b", raw([1.0, 2.0, 3.0]))
        with pytest.raises(Invalid, match="one model"):
            found.near(raw([1.0]), 1)


def test_a_vector_without_a_direction_is_near_to_nothing(tmp_path: Path) -> None:
    with index(tmp_path) as found:
        found.add("none", raw([0.0, 0.0]))
        found.add("one", raw([1.0, 0.0]))
        assert found.near(raw([1.0, 0.1]), 2) == [("one", pytest.approx(0.995, abs=1e-3)), ("none", 0.0)]


def test_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="Did you mean 'qdrant'"):
        open_index("quadrant", "", tmp_path)
    for kind in ("lancedb", "qdrant", "chroma"):
        with pytest.raises(Unavailable, match=f"pip install 'rowsmith\\[{kind}\\]'"):
            open_index(kind, "", tmp_path)
    from rowsmith.connectors.vectors.places import require_allowed

    monkeypatch.delenv("ROWSMITH_EGRESS_HOSTS", raising=False)
    for place in ("http://127.0.0.1:80", "http://169.254.169.254", "http://[::1]:443"):
        with pytest.raises(AddressRefused):
            require_allowed(place)
