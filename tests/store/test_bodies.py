"""Blocks of bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.store.bodies import pack, tagged, unpack


@given(st.lists(st.binary()))
def test_blocks_come_back(parts: list[bytes]) -> None:
    assert unpack(pack(parts)) == parts


@given(st.binary(max_size=40))
def test_junk_is_no_block(junk: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(junk)
    with pytest.raises(ValueError):
        unpack(b"z" + junk)


def test_the_same_bytes_have_a_name_for_each_use() -> None:
    assert len({tagged(tag, b"x") for tag in (b"rowsmith.data", b"rowsmith.meta", b"rowsmith.bucket")}) == 3
