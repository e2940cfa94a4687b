"""Attributes that stand in files of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rowsmith.core.errors import Invalid
from rowsmith.engine.value_tables import with_tables

CSV = """attribute,value,weight,by,when
tone,formal,3,,
tone,plain,1.5,,
problem,battery,2,product,phone
problem,"screen, cracked",1,product,phone
problem,other,,product,
"""
YAML = """
tone: {formal: 3, plain: 1.5}
problem:
  by: product
  values: {phone: {battery: 2, "screen, cracked": 1}}
  else: {other: 1}
"""
SAID = {
    "tone": {"formal": 3, "plain": 1.5},
    "problem": {"by": "product", "values": {"phone": {"battery": 2, "screen, cracked": 1}}, "else": {"other": 1}},
}


def read(folder: Path, name: str, body: str | bytes, **beside: Any) -> dict[str, Any]:
    (folder / name).write_bytes(body if isinstance(body, bytes) else body.encode())
    return with_tables({"file": name, **beside}, folder, lambda spoken: {"said": [spoken]})


def test_csv_tsv_and_yaml_say_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, "t.csv", "\ufeff" + CSV) == read(tmp_path, "t.yaml", YAML) == SAID
    assert read(tmp_path, "t.tsv", "attribute\tvalue\ntone\tformal, plain\n") == {"tone": ["formal, plain"]}


def test_without_weights_values_are_a_list_which_every_combination_takes(tmp_path: Path) -> None:
    table = "attribute,value,by,when\nproduct,phone,,\nproblem,battery,product,phone\nproblem,other,product,\n"
    assert read(tmp_path, "t.csv", table) == {
        "product": ["phone"], "problem": {"by": "product", "values": {"phone": ["battery"]}, "else": ["other"]},
    }  # fmt: skip


def test_what_stands_in_the_recipe_goes_before(tmp_path: Path) -> None:
    assert read(tmp_path, "t.yaml", YAML, tone=["angry"], prompt="mine")["tone"] == ["angry"]
    assert read(tmp_path, "t.yaml", YAML, prompt="mine")["said"] == ["mine"]
    assert with_tables({"file": ["a", "b"]}, tmp_path, lambda _: {}) == {"file": ["a", "b"]}  # an attribute may be called so


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("t.csv", "attribut,value\n", "has a column 'attribut'"),
        ("t.csv", "attribute,weight\n", "has no column 'value'"),
        ("t.csv", "attribute,value\n", "holds no attributes"),
        ("t.csv", "attribute,value\ntone,\n", "Line 2 of the table 't.csv' has no value"),
        ("t.csv", "attribute,value,weight\ntone,a,many\n", "has the weight 'many', which is no number"),
        ("t.csv", "attribute,value\ntone,a\ntone,a\n", "Line 3 of the table 't.csv' has the value 'a' of 'tone' a second time"),
        ("t.csv", "attribute,value,by,when\np,a,,x\n", "says when, but not of what"),
        ("t.csv", "attribute,value,by,when\np,a,q,x\np,b,r,x\n", "lets 'p' depend on 'r', unlike a line before"),
        ("t.csv", 'attribute,value\ntone,"a\n', "cannot be read"),
        ("t.yaml", "[a]", "holds no attributes"),
        ("t.yaml", "tone: [a", "not YAML|YAML"),
        ("t.yaml", "tone: [a]\ntone: [b]", "tone"),
        ("t.txt", "a", "neither YAML nor CSV"),
        ("t.csv", b"\xff", "is not UTF-8: byte 1"),
        ("t.csv", "x" * 2_000_000, "is larger than"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, name: str, body: str | bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read(tmp_path, name, body)
