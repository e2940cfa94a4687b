"""Exports: every row's way back to its source, prompt, answer and price, in a column, in a sidecar, or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from running import ask, jsonl, texts

from rowsmith.app.export_check import Checking
from rowsmith.app.exports import Export
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.store import calls

PAGE = "# Tea\n\nTea is drunk in Assam. ☕ It is warm there.\n\n## Milk\n\nSome take milk, ünd some take none.\n\n# Coffee\n\nCoffee is roasted.\n"
N = 1001


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    with Workshop(where, price_in=2.0, price_out=4.0) as made:
        yield made


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def export(shop: Workshop, spoken: str, format: str, name: str, **more: Any) -> tuple[Path, Export]:
    path = shop.folder / name
    return path, shop.lab.project().datasets.export(spoken, format, path, **more)


def test_provenance_leads_back_to_source_prompt_answer_and_price(shop: Workshop) -> None:
    (shop.folder / "notes").mkdir()
    (shop.folder / "notes" / "drinks.md").write_text(PAGE, encoding="utf-8")
    priced = {"price_in": 2.0, "price_out": 4.0}
    top = {"models": {"writer": shop.model(temperature=0.5, seed=7, **priced), "judge": shop.model(**priced)}}
    steps = (
        {"kind": "read.files", "paths": ["notes"]}, {"kind": "chunk.markdown", "size": 32},
        ask("About {{ text }}", name="write", forward=["text"]), {"kind": "score.judge", "name": "judge", "columns": ["answer"], "source": "text"},
    )  # fmt: skip
    done = shop.run(*steps, top=top)
    path, told = export(shop, "t", "jsonl", "out.jsonl")
    rows = lines(path)
    assert (told.rows_in, told.rows_out, len(rows), told.sidecar) == (done.kept, done.kept, done.kept, None)
    assert done.kept >= 2
    paid = 0.0
    for row in rows:
        origin = row["provenance"]["origin"]
        source = origin["source"]
        assert source["hash"] == blake2b((shop.folder / "notes" / "drinks.md").read_bytes(), digest_size=32).hexdigest()
        copy = shop.lab.files.path(source["hash"]).read_text(encoding="utf-8")  # the home's own
        assert (copy, source["file"]) == (PAGE, "drinks.md")
        assert copy[slice(*source["span"])] == row["text"]
        write, judge = (next(made for made in origin["made"] if made["step"] == name) for name in ("write", "judge"))
        assert (write["kind"], write["model"]) == ("generate.columns", "openai/m")
        assert write["params"] == {"temperature": 0.5, "seed": 7, "max_tokens": 1024}
        assert shop.where.query("SELECT text FROM prompt WHERE hash = :h", h=bytes.fromhex(write["prompt"])) == [("About {{ text }}",)]
        answer = calls.get(shop.lab.db, write["calls"][-1])
        assert answer is not None
        assert json.loads(json.loads(answer["raw"])["choices"][0]["message"]["content"]) == {"answer": row["answer"]}
        assert write["cost_usd"] == pytest.approx(answer["cost"] / 1e12)
        assert judge["cost_usd"] > 0
        assert row["provenance"]["scores"]["judge"]["overall"] is not None
        paid += write["cost_usd"] + judge["cost_usd"]
        assert {name: row["provenance"][name] for name in ("dataset", "version", "run")} == {"dataset": "t", "version": done.version, "run": "r1"}
        assert shop.lab.project().datasets.row("t", row["provenance"]["id"]).data == {k: v for k, v in row.items() if k != "provenance"}
    assert paid == pytest.approx(done.cost_usd)


def test_a_sidecar_has_a_line_for_each_row(shop: Workshop) -> None:
    jsonl(shop.folder / "in.jsonl", [{"id": str(n), "input": f"q{n}", "answer": f"a{n}"} for n in range(5)])
    shop.run({"kind": "read.files", "paths": ["in.jsonl"]})
    path, told = export(shop, "t", "alpaca", "out.json" + "l")
    beside = Path(str(path) + ".provenance.jsonl")
    assert told.sidecar == str(beside)
    assert [row["output"] for row in lines(path)] == [f"a{n}" for n in range(5)]
    assert [line["origin"]["source"]["key"] for line in lines(beside)] == [str(n) for n in range(5)]
    assert [line["id"] for line in lines(beside)] == [row.id for row in shop.lab.project().datasets.rows("t")]
    report = json.loads(Path(str(path) + ".report.json").read_text(encoding="utf-8"))
    assert {name: fact["blake2b"] for name, fact in report["files"].items()} == {
        part.name: blake2b(part.read_bytes(), digest_size=32).hexdigest() for part in (path, beside)
    }
    assert (report["rows_in"], report["rows_out"], report["format"], report["provenance"]) == (5, 5, "alpaca", "sidecar")


@pytest.mark.parametrize("choice", ["column", "sidecar", "none"])
def test_provenance_goes_where_it_is_wanted(shop: Workshop, choice: str) -> None:
    shop.run(texts("a", "b"))
    path, told = export(shop, "t", "jsonl", "out.jsonl", provenance=choice)
    beside = Path(str(path) + ".provenance.jsonl")
    assert ["provenance" in row for row in lines(path)] == [choice == "column"] * 2
    assert beside.exists() == (told.sidecar is not None) == (choice == "sidecar")
    export(shop, "t", "jsonl", "out.jsonl", provenance="none")
    assert not beside.exists()  # an older sidecar would not fit the file
    assert lines(path) == [{"text": "a"}, {"text": "b"}]


def test_versions_and_rows_of_runs(shop: Workshop) -> None:
    first = shop.run(texts("a"))
    second = shop.run(texts("a", "b"))
    shop.run(texts("c"), commit=False)
    assert (first.version, first.run) != (second.version, second.run)
    assert [row["text"] for row in lines(export(shop, f"t@{str(first.version)[:12]}", "jsonl", "1")[0])] == ["a"]
    assert [row["text"] for row in lines(export(shop, "t", "jsonl", "2")[0])] == ["a", "b"]
    (row,) = lines(export(shop, "run:r3", "jsonl", "3")[0])
    assert row["text"] == "c"
    assert row["provenance"]["run"] == "r3"
    assert "dataset" not in row["provenance"]


def test_what_a_format_cannot_hold_is_reported(shop: Workshop) -> None:
    shop.run({"kind": "read.rows", "rows": [{"input": "q", "answer": "a", "note": "n"}, {"input": "q"}, {"text": "t"}]})
    path, told = export(shop, "t", "openai", "out.jsonl")
    assert (told.rows_in, told.rows_out, len(lines(path))) == (3, 1, 1)
    assert sum(told.lost.values()) == 2
    assert {example["id"] for example in told.examples} == {row.id for row in shop.lab.project().datasets.rows("t") if "answer" not in row.data}
    assert told.dropped == {"note": 1}
    assert told.notes == ("'note' does not go into openai: 1 rows say something there",)


def test_an_export_that_no_row_goes_into_is_refused_and_an_older_one_stays(shop: Workshop) -> None:
    shop.run({"kind": "read.rows", "rows": [{"input": "q", "answer": "a"}]})
    path, _ = export(shop, "t", "openai", "out.jsonl")
    before = path.read_bytes()
    with pytest.raises(Invalid, match="None of the 1 rows goes into dpo: no_preference"):
        export(shop, "t", "dpo", "out.jsonl")
    assert path.read_bytes() == before
    assert export(shop, "t", "dpo", "out.jsonl", checking=Checking(anyway=True))[1].rows_out == 0
    assert export(shop, "t", "openai", "out.jsonl", where="answer = 'b'")[1].rows_in == 0


def test_an_answer_without_a_price_has_no_cost(shop: Workshop) -> None:
    shop.run(texts("a"), ask())
    (row,) = lines(export(shop, "t", "jsonl", "out.jsonl")[0])
    assert "cost_usd" not in row["provenance"]["origin"]["made"][-1]


@pytest.mark.parametrize(
    ("spoken", "format", "options", "error", "said"),
    [
        ("t", "jsonk", {}, NotFound, "Did you mean 'jsonl'"),
        ("u", "jsonl", {}, NotFound, "No dataset is called 'u'"),
        ("t@dead", "jsonl", {}, NotFound, "no branch, tag or version 'dead'"),
        ("run:r9", "jsonl", {}, NotFound, "no run 'r9'"),
        ("t", "jsonl", {"provenance": "row"}, Invalid, "Choose one of: column, sidecar, none"),
    ],
)
def test_what_cannot_be_exported(shop: Workshop, spoken: str, format: str, options: Any, error: type[Exception], said: str) -> None:
    shop.run(texts("a"))
    with pytest.raises(error, match=said):
        export(shop, spoken, format, "out.jsonl", **options)
    assert list(shop.folder.glob("*out*")) == []


def test_paths(shop: Workshop) -> None:
    shop.run(texts("a"))
    with pytest.raises(Invalid, match="which no export wrote"):
        export(shop, "t", "jsonl", ".")
    path, _ = export(shop, "t", "jsonl", "new/folder/out.jsonl")
    assert len(lines(path)) == 1


def test_a_thousand_and_one_rows_in_every_operation(shop: Workshop) -> None:
    """One more than a page, a block and a batch hold."""
    jsonl(shop.folder / "in.jsonl", [{"id": str(n), "input": f"q {n}", "answer": f"a {n}"} for n in range(N)])
    done = shop.run({"kind": "read.files", "paths": ["in.jsonl"]}, {"kind": "filter.duplicates", "columns": ["input"]})
    assert (done.kept, done.requested) == (N, N)
    datasets = shop.lab.project().datasets
    every = [row.data["input"] for row in datasets.rows("t")]
    assert every == [f"q {n}" for n in range(N)]
    assert datasets.count("t") == datasets.count("run:r1") == datasets.get("t").rows == N
    for spoken in ("t", "run:r1"):
        assert [row.data["input"] for row in datasets.rows(spoken, start=998, limit=10)] == ["q 998", "q 999", "q 1000"]
        assert list(datasets.rows(spoken, start=N)) == []
        assert len(list(datasets.rows(spoken, limit=1))) == 1
    facts = datasets.show("t")
    assert (facts.rows, {(c["name"], c["filled"]) for c in facts.dump()["columns"]}) == (N, {("id", 1.0), ("input", 1.0), ("answer", 1.0)})
    (last,) = datasets.rows("t", start=N - 1)
    assert datasets.row("t", last.id) == last
    assert shop.lab.project().provenance.origin(last.id).data == last.data
    for format in ("jsonl", "alpaca", "sharegpt", "openai"):
        path, told = export(shop, "t", format, f"out.{format}")
        assert (told.rows_out, len(lines(path))) == (N, N)
        if told.sidecar:
            assert len(lines(Path(told.sidecar))) == N
    path, _ = export(shop, "t", "csv", "out.csv")
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["answer"] for row in csv.DictReader(file)] == [f"a {n}" for n in range(N)]
    again = shop.run({"kind": "read.rows", "rows": [{"input": "one more", "answer": "x"}]}, top={"name": "more"}, into="t")
    assert (again.kept, datasets.count("t")) == (1, N + 1)
