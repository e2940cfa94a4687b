"""transform.link: chains of rows that share an entity."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from set_rows import carried_out

from rowsmith.core.ids import digest
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.transform.link import Link


def row(name: str, *entities: str, document: str = "d", **data: Any) -> Row:
    source = {"source": {"name": document, "span": [0, 1]}}
    return Row(digest(name.encode()).hex(), name.encode(), {"text": name, "entities": list(entities), **data}, {}, source)


def through(tmp: Path, rows: list[Row], kept: list[Row] | None = None, **settings: Any) -> list[Any]:
    found = carried_out(Link(**settings), tmp, rows, kept or [])
    return [one.reason if isinstance(one, Dropped) else (one.data["passages"], one.data["links"]) for one in found]


def test_rows_with_an_entity_in_common_are_linked_once(tmp_path: Path) -> None:
    rows = [row("a", "Ada"), row("b", "the Tower", "ada"), row("c", "Peru"), row("d", "The  tower!")]
    assert through(tmp_path, rows) == ["unlinked", (["b", "a"], ["Ada"]), "unlinked", (["d", "b"], ["the Tower"])]


def test_a_chain_goes_on_by_another_entity(tmp_path: Path) -> None:
    rows = [row("a", "x"), row("b", "x", "y"), row("c", "y")]
    assert through(tmp_path, rows, hops=3) == ["unlinked", "unlinked", (["c", "b", "a"], ["y", "x"])]
    assert through(tmp_path, [row("a", "x"), row("b", "x"), row("c", "x")], hops=3) == ["unlinked"] * 3


def test_the_rarest_entity_first_and_none_that_is_everywhere(tmp_path: Path) -> None:
    rows = [row("a", "common"), row("b", "common", "rare"), row("c", "common"), row("d", "common", "rare")]
    assert through(tmp_path, rows)[3] == (["d", "b"], ["rare"])
    assert through(tmp_path, rows, most=2)[2] == "unlinked"


def test_rows_of_earlier_waves_are_linked_to(tmp_path: Path) -> None:
    assert through(tmp_path, [row("b", "x")], [row("a", "x")]) == [(["b", "a"], ["x"])]


def test_other_documents_and_rows_alone(tmp_path: Path) -> None:
    rows = [row("a", "x"), row("b", "x"), row("c", "x", document="e")]
    assert through(tmp_path, rows, other_documents=True)[:2] == ["unlinked", "unlinked"]
    assert through(tmp_path, rows, other_documents=True)[2][1] == ["x"]
    assert through(tmp_path, rows, alone="keep")[0] == (["a"], [])
    assert through(tmp_path, rows, alone="keep", where="text = 'b'")[1:] == [(["b", "a"], ["x"]), (["c"], [])]


def test_the_sources_of_all_texts_are_in_the_origin(tmp_path: Path) -> None:
    _, found = carried_out(Link(), tmp_path, [row("a", "x", document="one"), row("b", "x", document="two")])
    assert isinstance(found, Row)
    assert [one["name"] for one in found.origin["source"]] == ["two", "one"]
    assert found.origin["linked"] == [{"id": row("a").id, "by": "x"}]


def test_a_row_without_text_and_a_column_that_is_taken(tmp_path: Path) -> None:
    assert through(tmp_path, [row("a", "x", text=3), row("b", "x")]) == ["not_text", "unlinked"]
    with pytest.raises(ValueError, match="is there already"):
        Link(into="text")


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=3), max_size=12), st.integers(2, 4))
def test_every_link_is_an_entity_of_both_sides_and_no_text_comes_twice(entities: list[list[str]], hops: int) -> None:
    rows = [row(f"row {number}", *names) for number, names in enumerate(entities)]
    having = {one.data["text"]: set(one.data["entities"]) for one in rows}
    with TemporaryDirectory() as folder:
        found = carried_out(Link(hops=hops), Path(folder), rows)
    chains = [one.data for one in found if isinstance(one, Row)]
    for chain in chains:
        assert len(set(chain["passages"])) == hops
        for (one, two), link in zip(pairwise(chain["passages"]), chain["links"], strict=True):
            assert link in having[one] & having[two]
    assert len({frozenset(chain["passages"]) for chain in chains if hops == 2}) == (len(chains) if hops == 2 else 0)
