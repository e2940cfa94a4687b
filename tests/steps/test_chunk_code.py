from __future__ import annotations

import inspect
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from step_context import StepContext, made, row

from rowsmith.core.errors import RowFailed
from rowsmith.core.languages_of_code import GRAMMARS, grammar_of
from rowsmith.core.row import Drop, New, Row
from rowsmith.steps.chunk.code import Code

CTX = StepContext(Path())
PYTHON = '''"""A module."""
import os

# Says so.
@cached
def first(x):
    return "漢字"  # here


class Thing:
    """A class."""

    def __init__(self):
        self.a = 1

    # Why.
    def second(self):
        for n in range(10):
            print(n)
        return os


first(1)
'''
SAMPLES = {
    "bash": ("set -e\nf() {\n  echo hi\n}\nfunction g { ls; }\nf\n", ["", "f", "g", ""]),
    "c": ("#include <x>\nstruct S { int a; };\ntypedef struct { int b; } T;\n/* f */\nchar *f(int a)\n{\n  return 0;\n}\n", ["", "S", "T", "f"]),
    "c_sharp": ("using System;\nnamespace N {\n  class C : B {\n    int P { get; set; }\n    void M() {}\n  }\n}\n", ["", "N"]),
    "cpp": ("namespace n {\nint V<int>::q() { return 2; }\n}\ntemplate <class T> class W { W(); };\n", ["n", "W"]),
    "go": ("package main\n\n// T is.\ntype T struct { a int }\n\nfunc (t *T) Get() int { return 1 }\n\nfunc main() {}\n", ["", "T", "T.Get", "main"]),
    "java": ("package a;\n/** d */\npublic class A {\n  A() {}\n  void m(int a) { }\n}\ninterface I {}\n", ["", "A", "I"]),
    "javascript": ("const a = 1;\nexport const f = (x) => x;\nexport default class B { m() {} }\nfunction g() {}\n", ["", "f", "B", "g"]),
    "php": ("<?php\nclass C { public function m() { return 1; } }\nfunction f() {}\n?>\n<p>x</p>\n", ["", "C", "f", ""]),
    "python": (PYTHON, ["", "first", "Thing", ""]),
    "ruby": ("require 'x'\nmodule M\n  class C < B\n    def m(a)\n      a\n    end\n  end\nend\nputs 1\n", ["", "M", ""]),
    "rust": ("use std::fmt;\n#[derive(Debug)]\nstruct S { a: i32 }\nimpl fmt::D for S { fn f() {} }\n/// d\nfn main() {}\n", ["", "S", "S", "main"]),
    "tsx": ("export function App() { return <div>hi</div> }\n", ["App"]),
    "typescript": ("interface I { a: string }\ntype T = string;\nabstract class C<T> { m(): T { return 1 } }\nenum E { A }\n", ["I", "T", "C", "E"]),
}  # fmt: skip


def parent(text: str, name: str = "a.py") -> Row:
    return row({"text": text, "n": 1}, origin={"source": {"name": name, "file": name, "span": [0, len(text)]}})


def chunks(text: str, name: str = "a.py", **given: object) -> list[New]:
    return list(Code(**given).rows(parent(text, name), CTX))


def held(text: str, found: list[New], size: int) -> None:
    """The laws: exact spans in order, no character twice, none left out, none too long, the lines right."""
    at = 0
    for index, new in enumerate(found):
        a, b = new.origin["source"]["span"]
        place = new.origin["chunk"]
        assert text[a:b] == new.data["text"] != ""
        assert a >= at and not text[at:a].strip()
        assert (place["index"], place["of"]) == (index, len(found)) and place["tokens"] <= size
        assert place["lines"] == [text.count("\n", 0, a) + 1, text.count("\n", 0, b - 1) + 1]
        at = b
    assert not text[at:].strip()


@pytest.mark.parametrize("language", SAMPLES)
def test_each_language_has_its_definitions(language: str) -> None:
    text, symbols = SAMPLES[language]
    found = chunks(text, "file", language=language)
    held(text, found, 800)
    assert [new.data["symbol"] for new in found] == symbols
    assert {new.origin["chunk"]["language"] for new in found} == {language}
    held(text, chunks(text, "file", language=language, size=8), 8)


def test_samples_are_of_all_languages() -> None:
    assert set(SAMPLES) == set(GRAMMARS)
    assert [grammar_of(name) for name in ("src/a.PY", "b.h", "C.cs", "d.tsx", "README.md", "Makefile")] == ["python", "c", "c_sharp", "tsx", "", ""]


def test_functions_go_with_their_comments_and_say_their_lines() -> None:
    found = {new.data["symbol"]: new for new in chunks(PYTHON)}
    assert found["first"].data["text"].startswith("# Says so.\n@cached\ndef first")
    assert found["first"].data["text"].endswith('"漢字"  # here')
    assert found["first"].origin["chunk"]["lines"] == [4, 7]
    assert found["first"].data["n"] == 1


def test_a_long_class_is_cut_into_its_methods() -> None:
    found = chunks(PYTHON, size=40)
    assert [new.data["symbol"] for new in found] == ["", "first", "Thing", "Thing.__init__", "Thing.second", ""]
    assert found[4].data["text"].startswith("# Why.\n    def second")
    closed = chunks("class A {\n  void a() { int b = 1; }\n  void c() { int d = 1; }\n}\n", "A.java", size=12)
    assert closed[-1].data["text"].endswith("}\n}")
    held(PYTHON, found, 40)


def test_a_long_function_is_cut_between_its_statements() -> None:
    body = "".join(f"    if a[{n}] > {n}:\n        print({n}, 'some words')\n    total += {n}\n" for n in range(20))
    text = f"def long(a):\n{body}    return total\n"
    found = chunks(text, size=64)
    held(text, found, 64)
    assert len(found) > 4 and {new.data["symbol"] for new in found} == {"long"}
    assert all(new.data["text"].lstrip().startswith(("def long", "if a", "total", "return")) for new in found)


def test_real_code_of_the_standard_library() -> None:
    import argparse
    import json.decoder

    for module, names in ((argparse, {"ArgumentParser.parse_args", "Namespace"}), (json.decoder, {"JSONDecoder", "py_scanstring"})):
        text = inspect.getsource(module)
        for size in (60, 800):
            found = chunks(text, size=size)
            held(text, found, size)
            assert names <= {new.data["symbol"].split(", ")[0] for new in found if size == 800 or "." not in new.data["symbol"]} | {
                new.data["symbol"] for new in found
            }
        for new in chunks(text, size=800):
            if new.data["symbol"] and "," not in new.data["symbol"] and new.data["text"].startswith("def "):
                compile(textwrap.dedent(new.data["text"]), "chunk", "exec")


def test_settings() -> None:
    assert len(chunks(PYTHON, min_size=400)) == 1
    assert chunks(PYTHON, min_size=400)[0].data["symbol"] == "first, Thing"
    assert "symbol" not in chunks(PYTHON, symbol="")[0].data
    assert Code(symbol="what").columns(frozenset({"text"})) == {"text", "what"}
    assert "another name" in Code(symbol="text").check()[0]
    assert isinstance(chunks(" \n")[0], Drop)
    with pytest.raises(ValidationError, match="Did you mean 'python'"):
        Code(language="pyton")


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tree_sitter.py").write_text("raise ImportError('not installed')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # the child's, too
    code = (
        "import sys; sys.modules['tree_sitter'] = None\n"
        "from rowsmith.core.errors import Unavailable\nfrom rowsmith.steps.chunk.code import Code\nfrom rowsmith.connectors.code import CodeReader\n"
        "print(Code().check()[0])\n"
        "reader = CodeReader()\n"
        "try: reader.outline('x = 1', 'python', 8)\nexcept Unavailable as error: print(error)\nfinally: reader.close()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("pip install 'rowsmith[repositories]'") == 2


def test_other_languages_have_no_symbols() -> None:
    (new,) = chunks("key: value\n\nother: 2\n", "a.yaml")
    assert (new.data["symbol"], new.origin["chunk"]["language"], new.origin["chunk"]["lines"]) == ("", "", [1, 3])


def test_lines_stay_true_through_a_second_cut() -> None:
    whole = parent(PYTHON)
    piece = made(whole, next(new for new in chunks(PYTHON) if new.data["symbol"] == "Thing"))
    for new in Code(size=16).rows(piece, CTX):
        first, last = new.origin["chunk"]["lines"]
        assert new.data["text"] in "\n".join(PYTHON.split("\n")[first - 1 : last])


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 10**6), st.integers(8, 60), st.integers(0, 8))
def test_laws_of_code_chunks_on_broken_code(language: str, seed: int, size: int, least: int) -> None:
    """Samples with pieces cut out, doubled and swapped: grammars mend what they can, and nothing is lost."""
    chance, text = random.Random(seed), SAMPLES[language][0] * 2
    for _ in range(chance.randint(0, 6)):
        a, b = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        text = chance.choice((text[:a] + text[b:], text[:b] + text[a:], text[b:] + text[:a], text[:a] + "\U0001f642漢 é" + text[a:]))[:2000]
    found = chunks(text, "file", language=language, size=size, min_size=least)
    if isinstance(found[0], Drop):
        assert not text.strip()
    else:
        held(text, found, size)


@pytest.mark.parametrize("piece", ["(", "{", "[", "if a:\n ", "f(", "'", "/*", "#if 1\n", "a.", "<"])
def test_deep_nesting_costs_no_more_than_time(piece: str) -> None:
    text = piece * (4_000 // len(piece))
    for name in ("a.py", "a.cpp", "a.ts"):
        held(text, chunks(text, name, size=200), 200)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["[" * 1_000_000, "x" * 50_000_000, "\u4e2d" * 300_000], ids=["brackets", "line of 50 MB", "no end of a word"])
def test_what_cannot_be_counted_in_good_time_is_one_failed_row(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(RowFailed, match="characters without a place where tokens part") as failed:
        chunks(text)
    assert failed.value.reason == "unbroken" and time.monotonic() - begun < 60


def test_what_can_be_counted_is_cut_however_long_it_goes_on() -> None:
    text = "[" * 20_000 + "\n\nx = 1\n"
    held(text, chunks(text), 800)
