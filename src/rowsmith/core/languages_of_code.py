"""Languages of source code, by the names of their files and by the program that a first line names."""

from __future__ import annotations

from pathlib import PurePosixPath

_SUFFIXES = """
ada: ada adb ads; asm: asm s; bash: sh bash zsh ksh; c: c h; c_sharp: cs csx; clojure: clj cljs cljc edn; cmake: cmake;
cpp: cpp cc cxx hpp hh hxx; css: css scss sass less; cuda: cu cuh; dart: dart; elixir: ex exs; elm: elm; erlang: erl hrl;
fortran: f90 f95 f03 f f77; fsharp: fs fsx fsi; glsl: glsl vert frag; go: go; graphql: graphql gql; groovy: groovy gradle; haskell: hs lhs;
hcl: tf hcl; ini: ini cfg conf properties; java: java; javascript: js mjs cjs jsx; julia: jl; kotlin: kt kts; latex: tex sty cls;
lisp: lisp cl el; lua: lua; makefile: mk; matlab: m; nim: nim; nix: nix; objective_c: mm; ocaml: ml mli; pascal: pas pp; perl: pl pm; php: php;
powershell: ps1 psm1; prolog: pro; protobuf: proto; python: py pyi pyw pyx; r: r; ruby: rb rake gemspec; rust: rs; scala: scala sc;
scheme: scm ss rkt; solidity: sol; sql: sql; svelte: svelte; swift: swift; tcl: tcl; toml: toml; tsx: tsx; typescript: ts mts cts;
verilog: v sv; vhdl: vhd vhdl; vim: vim; visual_basic: vb bas; vue: vue; xml: xml xsd xsl; yaml: yaml yml; zig: zig
"""
_TOLD = [one.strip().partition(":") for one in _SUFFIXES.replace("\n", " ").split(";")]
SUFFIXES = {f".{suffix}": language for language, _, suffixes in _TOLD for suffix in suffixes.split()}
"""The language of files with an ending, lower case with its dot."""
NAMES = {
    "makefile": "makefile", "gnumakefile": "makefile", "justfile": "makefile", "dockerfile": "dockerfile", "containerfile": "dockerfile",
    "cmakelists.txt": "cmake", "jenkinsfile": "groovy", "rakefile": "ruby", "gemfile": "ruby", "vagrantfile": "ruby", "build.bazel": "python",
}  # fmt: skip
"""The language of files with a name, lower case."""
_PROGRAMS = {
    "sh": "bash", "bash": "bash", "dash": "bash", "zsh": "bash", "python": "python", "node": "javascript", "ruby": "ruby", "perl": "perl",
    "php": "php", "rscript": "r", "lua": "lua",
}  # fmt: skip
GRAMMARS = (
    "bash", "c", "c_sharp", "cpp", "go", "java", "javascript", "php", "python", "ruby", "rust", "tsx", "typescript",
)  # fmt: skip
"""Languages that tree-sitter reads for us."""
MISSING = "Code is read with tree-sitter and its grammars, which are not installed."
INSTALL = "Install them with: pip install 'rowsmith[repositories]'"


def grammar_of(name: str) -> str:
    """The language of a file of this name; empty where none of the grammars reads it."""
    found = language_of(name)
    return found if found in GRAMMARS else ""


def language_of(name: str, first_line: str = "") -> str:
    """The language of a file by its name, else by the program that its first line names; empty where neither tells it.

    >>> language_of("a/b.rs"), language_of("run", "#!/usr/bin/env python3")
    ('rust', 'python')
    """
    path = PurePosixPath(name.replace("\\", "/").lower())
    return NAMES.get(path.name) or SUFFIXES.get(path.suffix) or _program(first_line)


def _program(line: str) -> str:
    if not line.startswith("#!"):
        return ""
    words = [word.rpartition("/")[2].rstrip("0123456789.").lower() for word in line[2:].split()]
    return next((_PROGRAMS[word] for word in words if word in _PROGRAMS), "")
