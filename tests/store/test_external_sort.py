"""Byte strings are sorted whatever their number, in memory or in runs on disk."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import StorageFull
from rowsmith.store import external_sort
from rowsmith.store.external_sort import sorter


@given(st.lists(st.lists(st.binary(max_size=300), max_size=40), max_size=12), st.integers(0, 3000))
def test_they_come_sorted_as_often_as_they_are_read(parts: list[list[bytes]], memory: int) -> None:
    with pytest.MonkeyPatch.context() as patch, sorter() as records:
        patch.setattr(external_sort, "MEMORY", memory)
        for part in parts:
            records.add(part)
        every = sorted(record for part in parts for record in part)
        assert len(records) == len(every)
        one, other = iter(records), iter(records)
        assert [(next(one), next(other)) for _ in every] == [(record, record) for record in every]
        assert list(records) == every


def test_a_full_temporary_folder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, data: bytes) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    def sorting() -> None:
        with sorter() as records:
            monkeypatch.setattr(records, "_file", Full())
            records.add([b"x"])

    monkeypatch.setattr(external_sort, "MEMORY", 0)
    with pytest.raises(StorageFull, match="temporary folder"):
        sorting()
