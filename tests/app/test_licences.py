"""Licences and terms travel with rows, and an export lets out what a policy clears and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, jsonl, texts

from rowsmith.app.licences import POLICIES, Policy, policy_of, rights_at, table, verdict_of
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.llm.facts import Table
from rowsmith.steps.read.files import ReadFiles
from rowsmith.steps.read.rows import ReadRows


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as made:
        yield made


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def work(bench: Bench) -> None:
    """Rows of four sources, some of them with an answer of a model whose terms the recipe gives, or does not give."""
    licences = {"free": "CC0-1.0", "named": "CC-BY-4.0", "private": "CC-BY-NC-4.0", "silent": None}
    sources = [{**texts(f"{name} text"), "name": name, **({"licence": said} if said else {})} for name, said in licences.items()]
    bench.run(*sources, {"kind": "transform.columns", "set": {"text": "{{ text }}"}, "from": list(licences)}, top={"name": "plain"})
    for terms in ("Apache-2.0", "openai-services-agreement", None):
        models = {"writer": bench.model(**({"terms": terms} if terms else {}))}
        source = texts(f"asked under {terms}") | {"licence": "own"}
        bench.run(source, ask("Say {{ text }}", forward=["text"]), top={"name": "asked", "models": models}, into="asked")


def test_licence_and_terms_travel_with_rows_and_change_no_id(bench: Bench) -> None:
    (bench.folder / "a.txt").write_text("A text.", encoding="utf-8")
    jsonl(bench.folder / "a.jsonl", [{"id": "1", "text": "one"}])
    read = {"kind": "read.files", "paths": ["a.txt", "a.jsonl"]}
    plain = bench.rows(bench.run(read, {"kind": "chunk.tokens", "size": 32}))
    said = {**read, "licence": "CC-BY-4.0", "terms": "https://example.org/terms"}
    licensed = bench.rows(bench.run(said, {"kind": "chunk.tokens", "size": 32}))
    assert [row.id for row in plain] == [row.id for row in licensed]
    assert all(row.origin["source"].items() >= {"licence": "CC-BY-4.0", "terms": "https://example.org/terms"}.items() for row in licensed)
    assert all("licence" not in row.origin["source"] for row in plain)


def test_a_licence_makes_another_run_and_no_other_call(bench: Bench) -> None:
    for more, state in (({}, (1, 0)), ({"licence": "own"}, (0, 1)), ({}, (1, 0))):
        done = bench.run(texts("a") | more, ask())
        assert (done.calls, done.calls_reused) == state
    assert "licence" not in ReadRows(rows=[{"a": 1}]).content()
    assert "terms" not in ReadFiles(paths=["a"]).content()
    models = {"writer": bench.model(licence="MIT", terms="own")}
    (row,) = bench.rows(bench.run(texts("a"), ask(), top={"models": models}))
    assert row.origin["made"][-1].items() >= {"licence": "MIT", "terms": "own"}.items()
    assert len(bench.asked) == 1


def test_counts_by_licence_and_terms(bench: Bench) -> None:
    work(bench)
    datasets = bench.lab.project().datasets
    plain = datasets.licences("plain")
    assert {(one.name, one.licences, one.rows, one.commercial_training) for one in plain.sources} == {
        ("free", ("CC0-1.0",), 1, "yes"), ("named", ("CC-BY-4.0",), 1, "yes"), ("private", ("CC-BY-NC-4.0",), 1, "no"), ("silent", (), 1, "unknown")
    }  # fmt: skip
    assert (plain.rows, plain.cleared, plain.models) == (4, 2, [])
    asked = datasets.licences("asked")
    assert {(one.licences, one.commercial_training) for one in asked.models} == {
        (("Apache-2.0",), "yes"), (("openai-services-agreement",), "conditions"), ((), "unknown")
    }  # fmt: skip
    assert asked.cleared == 1
    assert datasets.licences("run:r1").dump() == plain.dump()


def test_a_policy_refuses_and_says_how_many_and_why(bench: Bench) -> None:
    work(bench)
    datasets, out = bench.lab.project().datasets, bench.folder / "out.jsonl"
    with pytest.raises(Invalid, match="commercial-training does not let 2 rows out") as refused:
        datasets.export("plain", "jsonl", out, policy="commercial-training")
    assert {problem.what for problem in refused.value.problems} == {
        "1 rows: source private: CC-BY-NC-4.0 does not allow it.", "1 rows: source silent: its licence is not known."
    }  # fmt: skip
    assert not out.exists()
    assert not [event for event in bench.lab.project().events.list() if event.kind == "dataset.exported"]


def test_only_cleared_rows_go_and_the_others_are_counted(bench: Bench) -> None:
    work(bench)
    datasets, out = bench.lab.project().datasets, bench.folder / "out.jsonl"
    done = datasets.export("plain", "jsonl", out, policy="commercial-training", drop_uncleared=True)
    assert sorted(row["text"] for row in lines(out)) == ["free text", "named text"]
    assert (done.rows_in, done.rows_out, done.uncleared, done.policy, len(done.why)) == (2, 2, 2, "commercial-training", 2)
    done = datasets.export("asked", "csv", out, policy="commercial-training", drop_uncleared=True, provenance="sidecar")
    assert (done.rows_out, done.uncleared) == (1, 2)
    (beside,) = lines(Path(str(out) + ".provenance.jsonl"))
    assert beside["origin"]["source"]["licence"] == "own"
    assert beside["origin"]["made"][-1]["terms"] == "Apache-2.0"


@pytest.mark.parametrize(
    ("said", "dataset", "out"),
    [
        ("licences: [CC0-1.0, cc-by-*]", "plain", ["free text", "named text", "private text"]),
        ("licences: [CC0-1.0]\nsources: {'sil*': CC0-1.0}", "plain", ["free text", "silent text"]),
        ("commercial_training: true\nconditions: true", "asked", ["asked under Apache-2.0", "asked under openai-services-agreement"]),
        ("commercial_training: true\nmodels: ['openai/*']", "asked", [f"asked under {t}" for t in ("Apache-2.0", None, "openai-services-agreement")]),
        ("licences: [own]", "asked", []),
    ],
)
def test_a_policy_of_ones_own(bench: Bench, said: str, dataset: str, out: list[str]) -> None:
    work(bench)
    path = bench.folder / "mine.yaml"
    path.write_text(said, encoding="utf-8")
    bench.lab.project().datasets.export(dataset, "jsonl", bench.folder / "out.jsonl", policy=str(path), drop_uncleared=True)
    assert sorted(row["text"] for row in lines(bench.folder / "out.jsonl")) == out


def test_share_alike_can_be_kept_out() -> None:
    from rowsmith.app.licences import _forbidden

    lenient = Policy(name="p", commercial_training=True, conditions=True)
    assert _forbidden(lenient, "CC-BY-SA-4.0") == ""
    assert "same licence" in _forbidden(lenient.model_copy(update={"share_alike": False}), "cc-by-sa-4.0")
    assert "under conditions" in _forbidden(POLICIES["commercial-training"], "CC-BY-SA-4.0")
    assert _forbidden(POLICIES["commercial-training"], "my-own-licence") == "what my-own-licence says is not known"


@pytest.mark.parametrize(
    ("said", "why"), [("", "it lets nothing out"), ("a: [", "is no policy"), ("licence: [MIT]", "licence"), ("- MIT", "is no policy")]
)
def test_what_is_no_policy(tmp_path: Path, said: str, why: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(Invalid, match=why):
        policy_of(str(path))
    with pytest.raises(NotFound, match="commercial-training"):
        policy_of("commercial")


def test_terms_of_a_model_are_those_of_its_providers_address_alone(tmp_path: Path) -> None:
    known = Table(tmp_path / "models.yaml")
    assert rights_at(known, "openai/gpt-4o-mini", "https://api.openai.com") == {"terms": "openai-services-agreement"}
    assert rights_at(known, "anthropic/claude-x", "https://api.anthropic.com") == {"terms": "anthropic-commercial-terms"}
    assert rights_at(known, "openai/gpt-4o-mini", "http://127.0.0.1:8000") == {}
    assert rights_at(known, "openai/gpt-4o-mini", "") == {}
    assert rights_at(known, "local/some.gguf", "local:abc") == {}
    (tmp_path / "models.yaml").write_text("models: {'openai/mine*': {licence: Apache-2.0}}", encoding="utf-8")
    assert rights_at(known, "openai/mine-7b", "http://127.0.0.1:8000") == {"licence": "Apache-2.0"}


def test_the_table_is_whole() -> None:
    assert len(table()) >= 35
    for name, entry in table().items():
        assert entry.date and entry.source and entry.name, name
        assert (entry.commercial_training == "conditions") <= bool(entry.conditions), name
        assert entry.source.startswith("https://") or entry.source == "the user says so", name
    assert verdict_of(["CC0-1.0", "CC-BY-NC-4.0"]) == "no"
    assert verdict_of(["CC0-1.0", "who knows"]) == verdict_of([]) == "unknown"
    assert verdict_of(["MIT", "openai-services-agreement"]) == "conditions"
    from rowsmith.llm.facts import families

    assert {said["terms"] for said in families().values() if "terms" in said} <= set(table())
