"""The six kinds of datasets of datafast: each field of their configs and rows is tried, and the page that says where it went names them all."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from case import Voice, usual
from running import Bench, jsonl
from six_kinds import FIELDS, PIPELINE, TARGETS, Field, Seen

from catalogue import carried_out
from rowsmith import content
from rowsmith.app.catalogue import one
from rowsmith.content import recipes
from rowsmith.core.errors import Invalid
from rowsmith.registry import builtin
from rowsmith.testing import Request

PAGE = Path(__file__).parents[2] / "docs" / "coming-from-datafast.md"
OTHER = [
    {"text": f"Cobalt is mined. {Voice(f'c{n}').sentence(30)}", "body": f"Zinc is smelted. {Voice(f'z{n}').sentence(30)}", "title": "On metals",
     "language": "xx", "about": "none"} for n in range(3)
]  # fmt: skip


def tried(found: Field, folder: Path, *, plain: bool = False) -> Seen:
    """What there is to see when a field is given; `plain`: when it is not."""
    folder.mkdir(exist_ok=True)
    jsonl(folder / "other.jsonl", OTHER)
    asked: list[Request] = []
    edit = None if plain or not found.edit else found.edited
    kept, sets = (None, {}) if plain else (found.kept, found.sets)
    target = str(TARGETS[found.runs])
    return Seen(*carried_out(found.runs, folder, target=target, kept=kept, asked=asked, edit=edit, **sets), asked)


@cache
def unchanged(recipe: str) -> Seen:
    """The same without any change."""
    with TemporaryDirectory() as folder:
        return tried(Field(recipe, "", ""), Path(folder), plain=True)


@pytest.mark.parametrize("field", [pytest.param(one, id=f"{one.kind}-{one.name.replace(' ', '_')}") for one in FIELDS])
def test_a_field_of_theirs_has_its_effect_here(field: Field, tmp_path: Path) -> None:
    if field.refused:
        with pytest.raises(Invalid, match=field.refused):
            tried(field, tmp_path)
    elif not field.changes:
        assert field.shows(tried(field, tmp_path) if field.recipe else unchanged(field.runs))
    else:
        assert field.shows(tried(field, tmp_path))
        assert not field.shows(unchanged(field.runs)), "It would be seen without the field, too."


def test_an_output_file_is_an_export(tmp_path: Path) -> None:
    with Bench(tmp_path, usual) as bench:
        project = bench.lab.project()
        sets = {"model": "openai/large", "base_url": bench.server.url, "count": "4"}
        project.runs.start("raw-text", sets=sets, into="letters")
        project.datasets.export("letters", "jsonl", tmp_path / "out.jsonl")
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 4


def test_the_generic_pipeline_is_a_step(tmp_path: Path) -> None:
    """Each of its fields, as the page says."""
    jsonl(tmp_path / "in.jsonl", [{"title": f"Bread {n}", "body": f"Rye {n}", "private": f"Secret {n}", "n": n} for n in range(20)])
    with Bench(tmp_path, lambda request: {"rows": [{"headline": f"{request.text[-40:]} {n}", "grade": n} for n in range(2)]}) as bench:
        read = {"kind": "read.files", "paths": "in.jsonl", "sample": 8}
        languages = {"kind": "generate.variants", "values": {"language": {"languages": ["de", "fr"]}}}
        write = {
            "kind": "generate.columns", "prompt": "Of {{ title }} and {{ body }} make {{ count }}, in {{ language_name }}.", "count": 2,
            "columns": ["title", "body", "language_name"], "forward": ["title", "language"], "output": {"headline": "string", "grade": "integer"},
            "skip": "n % 2 = 0",
        }  # fmt: skip
        result = bench.run(read, languages, write)
        rows, odd = bench.rows(result), 8 - result.dropped["skipped"] // 2
    assert len(bench.asked) == 2 * odd and len(rows) == 4 * odd, "sample_count, skip_function, languages, num_samples_per_prompt"
    assert all(re.fullmatch(r"Of Bread \d+ and Rye \d+ make 2, in (German|French)\.", text) for text in bench.texts), "prompts, input_columns"
    assert all(set(row.data) == {"title", "language", "headline", "grade"} for row in rows), "forward_columns, output_columns, input_data"
    assert all(row.origin["made"][-1]["model"] == "openai/m" for row in rows), "pipeline_source"
    (tmp_path / "hidden").mkdir()
    with Bench(tmp_path / "hidden") as bench:
        with pytest.raises(Invalid) as told:
            bench.run(read, {**write, "columns": ["title"]})
        assert "which `columns` does not list" in str(told.value.problems)


def lines() -> dict[str, dict[str, str]]:
    """What the page says, by its sections and their fields."""
    found: dict[str, dict[str, str]] = {}
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        cells = [line.strip("|").split("|", 1) for line in part.splitlines() if line.startswith("| `")]
        names = {one: here for theirs, here in cells for one in re.findall("`(.+?)`", theirs)}
        found[re.sub(".*`(.+)`.*", r"\1", part.partition("\n")[0])] = names
    return found


def test_the_page_says_of_every_field_where_it_went() -> None:
    said = lines()
    kinds: dict[str, set[str]] = {}
    for one_ in FIELDS:
        kinds.setdefault(one_.kind, set()).add(one_.name)
        assert one_.here in said[one_.kind][one_.name], (one_.kind, one_.name)
    kinds["generate.columns"] = set(PIPELINE)
    assert {kind: set(names) for kind, names in said.items()} == kinds


def test_what_the_page_names_is_there() -> None:
    """Recipes, their parameters, and steps."""
    assert set(re.findall(r"rowsmith (?:run|recipes copy) ([a-z-]+)", PAGE.read_text(encoding="utf-8"))) <= {*recipes(), "mine"}
    for kind, names in lines().items():
        for here in names.values():
            other = next((name for name in ("evol-pairs", "multi-label") if name in here), kind)
            recipe = one(other if other in recipes() else "raw-text")
            steps = {step.get("name", step["kind"]) for step in yaml.safe_load(content.recipe(recipe.name))["steps"]}
            assert set(re.findall(r"--set ([a-z_]+)=", here)) <= set(recipe.parameters), here
            assert set(re.findall(r"steps? `([a-z_]+)`", here)) <= steps, here
            assert set(re.findall(r"`((?:generate|read|transform)\.[a-z_]+)`", here)) <= set(builtin.names("steps")), here
