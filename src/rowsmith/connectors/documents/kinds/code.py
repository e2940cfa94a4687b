"""Source code: as it is, with its language and path as columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document

_LANGUAGES = """
ada: ada adb ads; asm: asm s; bash: sh bash zsh ksh; c: c h; clojure: clj cljs cljc edn; cmake: cmake; cpp: cpp cc cxx hpp hh hxx;
csharp: cs csx; css: css scss sass less; cuda: cu cuh; dart: dart; elixir: ex exs; elm: elm; erlang: erl hrl; fortran: f90 f95 f03 f f77;
fsharp: fs fsx fsi; glsl: glsl vert frag; go: go; graphql: graphql gql; groovy: groovy gradle; haskell: hs lhs; hcl: tf hcl;
ini: ini cfg conf properties; java: java; javascript: js mjs cjs jsx; julia: jl; kotlin: kt kts; latex: tex sty cls; lisp: lisp cl el;
lua: lua; makefile: mk; matlab: m; nim: nim; nix: nix; ocaml: ml mli; pascal: pas pp; perl: pl pm; php: php; powershell: ps1 psm1;
prolog: pro; protobuf: proto; python: py pyi pyw; r: r; ruby: rb rake gemspec; rust: rs; scala: scala sc; scheme: scm ss rkt;
solidity: sol; sql: sql; svelte: svelte; swift: swift; tcl: tcl; toml: toml; typescript: ts tsx mts cts; verilog: v sv; vhdl: vhd vhdl;
vim: vim; visual_basic: vb bas; vue: vue; xml: xml xsd xsl; yaml: yaml yml; zig: zig
"""
"""A language, and the suffixes of its files."""
_TOLD = [one.strip().partition(":") for one in _LANGUAGES.replace("\n", "").split(";")]
_OF_SUFFIX = {f".{suffix}": language for language, _, suffixes in _TOLD for suffix in suffixes.split()}
_OF_NAME = {
    "makefile": "makefile", "gnumakefile": "makefile", "dockerfile": "dockerfile", "cmakelists.txt": "cmake", "jenkinsfile": "groovy",
    "rakefile": "ruby", "gemfile": "ruby",
}  # fmt: skip
_PROGRAMS = {
    "sh": "bash", "bash": "bash", "zsh": "bash", "python": "python", "node": "javascript", "ruby": "ruby", "perl": "perl", "php": "php",
    "rscript": "r", "lua": "lua",
}  # fmt: skip
SUFFIXES = (*_OF_SUFFIX, *(name for name in _OF_NAME if "." not in name))


def is_it(head: bytes) -> bool:
    """Whether the first line names the program that carries it out."""
    return head.startswith(b"#!") and bool(_program(head.split(b"\n", 1)[0][:200].decode("latin-1")))


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The text."""
    text, notes = decoded(file.read(), given)
    yield Document(text, "code", columns={"language": language(given.name, text), "path": given.name}, notes=notes)


def language(name: str, text: str = "") -> str:
    """The language of a file by its name, else by its first line; empty where neither tells it.

    >>> language("a/b.rs"), language("run", "#!/usr/bin/env python3")
    ('rust', 'python')
    """
    path = PurePosixPath(name.replace("\\", "/").lower())
    return _OF_NAME.get(path.name) or _OF_SUFFIX.get(path.suffix) or (_program(text.split("\n", 1)[0][:200]) if text.startswith("#!") else "")


def _program(line: str) -> str:
    words = [word.rpartition("/")[2].rstrip("0123456789.").lower() for word in line[2:].split()]
    return next((_PROGRAMS[word] for word in words if word in _PROGRAMS), "")
