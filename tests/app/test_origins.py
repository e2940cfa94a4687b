"""The way back of one row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from homes import Place, Workshop
from running import ask, jsonl, texts

from rowsmith.app.origins import Origin
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.row import Row


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where) as made:
        yield made


def origin(shop: Workshop, row: str, within: str | None = None) -> Origin:
    found: Origin = shop.lab.project().provenance.origin(row, within=within)
    return found


def test_back_to_file_characters_prompt_model_and_cost(shop: Workshop) -> None:
    (shop.folder / "drinks.md").write_text(f"# Tea\n\n{'Tea grows in Assam. ' * 8}\n\n# Coffee\n\n{'Coffee grows in Peru. ' * 8}", encoding="utf-8")
    model = shop.model(price_in=1.0, price_out=2.0, temperature=0.5)
    steps = ({"kind": "read.files", "paths": ["drinks.md"], "licence": "CC-BY-4.0"}, {"kind": "chunk.markdown", "size": 32}, ask("Of {{ text }}"))
    done = shop.run(*steps, top={"models": {"writer": model}})
    row = shop.rows(done)[-1]
    found = origin(shop, row.id)
    (source,) = found.sources
    assert (source["name"], source["file"], source["licence"]) == ("drinks.md", "drinks.md", "CC-BY-4.0")
    assert "Coffee grows" in (shop.folder / "drinks.md").read_text(encoding="utf-8")[slice(*source["span"])]
    read, chunk, made = found.made
    assert (read.kind, chunk.kind, made.prompt, made.model) == ("read.files", "chunk.markdown", "Of {{ text }}", "openai/m")
    assert made.params["temperature"] == 0.5
    assert found.cost_usd == made.cost_usd == pytest.approx(made.calls[0]["cost"] / 1e12) and made.cost_usd
    assert found.calls == made.calls
    assert found.parents == tuple(row.origin["parents"])
    assert (found.runs, [(place.dataset, place.refs, place.current) for place in found.found]) == (("r1",), [("t", ("main",), True)])


def test_who_changed_it_and_where_it_says_what(shop: Workshop) -> None:
    store = shop.lab.project().datasets._store
    shop.run(texts("first"))
    (row,) = shop.lab.project().datasets.rows("t")
    edited = Row(row.id, row.order, {"text": "second", "note": "n"}, row.scores, {**row.origin, "edits": [{"by": "ann", "columns": ["text"]}]})
    store.commit("default", "t", [edited], author="ann", message="better")
    store.commit("default", "other", [row], author="bob", message="copied")
    found = origin(shop, row.id[:8])
    assert (found.data, found.edits) in ((edited.data, ({"by": "ann", "columns": ["text"]},)), (row.data, ()))
    assert [(change.dataset, change.columns, change.run, change.message) for change in found.changes] == [
        ("t", (), "r1", "t, run r1"), ("t", ("note", "text"), None, "better"), ("other", (), None, "copied")
    ]  # fmt: skip
    assert found.changes[1].by == "ann"
    assert sorted(place.dataset for place in found.found) == ["other", "t", "t"]
    assert origin(shop, row.id, "t").data == edited.data
    assert [place.dataset for place in origin(shop, row.id, "other").found] == ["other"]
    first = shop.lab.project().datasets.versions("t")[-1].id
    assert origin(shop, row.id, f"t@{first}").data == {"text": "first"}


def test_rows_that_are_in_no_version(shop: Workshop) -> None:
    done = shop.run(texts("kept"), commit=False)
    (row,) = shop.rows(done)
    found = origin(shop, row.id)
    assert (found.data, found.found, found.runs) == ({"text": "kept"}, (), ("r1",))


def test_of_an_erased_row_only_that_is_known(shop: Workshop) -> None:
    jsonl(shop.folder / "a.jsonl", [{"id": "1", "text": "gone"}])
    (row,) = shop.rows(shop.run({"kind": "read.files", "paths": ["a.jsonl"]}))
    shop.lab.project().provenance.forget("a.jsonl")
    found = origin(shop, row.id)
    assert found.erased is not None
    assert (found.data, found.origin, found.erased["source"], found.erased["by"]) == ({}, {}, "a.jsonl", shop.lab.who)


def test_what_is_no_row(shop: Workshop) -> None:
    ids = ("abcd" + "0" * 28, "abcd1" + "0" * 27)
    rows = [Row(id_, bytes([n]), {"n": n}, {}, {"source": {"name": "me"}}) for n, id_ in enumerate(ids, 1)]
    shop.lab.project().datasets._store.commit("default", "t", rows)
    with pytest.raises(Conflict, match="Several rows have an id that begins with abcd"):
        origin(shop, "abcd")
    assert origin(shop, "ABCD1").data == {"n": 2}
    with pytest.raises(NotFound, match="There is no row"):
        origin(shop, "f" * 32)
    for wrong in ("abc", "no id", "g" * 32):
        with pytest.raises(Invalid, match="is no id of a row"):
            origin(shop, wrong)
