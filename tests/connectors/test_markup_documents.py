"""reStructuredText, AsciiDoc, Markdown, source code and notebooks as documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from documents_read import document, fault

RST = """
=====
Title
=====

:Author: Jane Doe
:Custom Field: x

.. contents::

Intro *emph* ``code`` :ref:`some text <label>` :func:`~a.b.c` `link <http://x.y>`_ and [1]_.

Section
-------

- item one
  continued

  1. inner

term : cls
   Definition para.

.. note:: Take care
   of this.

.. versionadded:: 3.2
   The *new* thing.

.. code-block:: python

   def f():
       return 1

.. raw:: html

   <script>x</script>

.. include:: /etc/passwd

+-----+-----+
| a   | b   |
+=====+=====+
| wide      |
+-----+-----+

.. [1] The foot.

.. unknown:: arg
   :opt: 1

   Body of unknown.
"""
RST_READ = """# Title

Intro emph `code` some text `c` link and [^1].

## Section

- item one continued
    1. inner

term : cls

Definition para.

> Note: Take care of this.

3.2 The new thing.

```python
def f():
    return 1
```

| a | b |
| --- | --- |
| wide |  |

[^1]: The foot.

arg

Body of unknown."""

ADOC = """// a comment
= Document *Title*
Jane Doe <jane@x.org>
v1.2, 2024-03-01
:product: Rowsmith

About {product} with *bold*, _italic_, `code_x`, https://x.y/z[a link] +
and a new line.footnote:[A note.]

== Section

* one
** deeper
* two
+
Attached.

. first
. second

term1:: Definition.

[source,python]
----
def f(a):
    return a  # <1>
----

NOTE: Take care.

[WARNING]
====
Several things.

* with a list
====

.A table
[cols="1,2"]
|===
|A |B

|1
|two words
|3 |4 \\| 5
|===

[quote, A. Author]
____
Quoted text.
____

include::/etc/passwd[]

image::pic.png[A picture,200]

ifdef::never[]
Not shown.
endif::[]

++++
<script>x</script>
++++
"""
ADOC_READ = """# Document Title

About Rowsmith with bold, italic, `code_x`, a link
and a new line.[^1]

## Section

- one
    - deeper
- two

Attached.

1. first
2. second

term1

: Definition.

```python
def f(a):
    return a
```

> Note: Take care.

> Warning: Several things.
>
> - with a list

A table

| A | B |
| --- | --- |
| 1 | two words |
| 3 | 4 \\| 5 |

> Quoted text.
>
> — A. Author

A picture

[^1]: A note."""


def test_restructured_text(tmp_path: Path) -> None:
    found = document(tmp_path, "a.rst", RST)
    assert found.text == RST_READ
    assert found.columns == {"title": "Title", "author": "Jane Doe", "custom_field": "x"}
    assert found.notes == ("What these directives would bring in is not read: include, raw.",)


def test_asciidoc(tmp_path: Path) -> None:
    found = document(tmp_path, "a.adoc", ADOC)
    assert found.text == ADOC_READ
    assert found.columns == {"title": "Document Title", "author": "Jane Doe", "date": "2024-03-01", "version": "1.2"}
    assert found.notes == ("Files that it includes are not read: /etc/passwd.",)


@pytest.mark.parametrize(
    ("front", "columns"),
    [
        ("---\ntitle: Ä\ntags: [a, b]\ndate: 2024-05-01\ndraft: true\nempty:\n---\n",
         {"title": "Ä", "tags": ["a", "b"], "date": "2024-05-01", "draft": True}),
        ('+++\ntitle = "Ä"\nweight = 3\n+++\n', {"title": "Ä", "weight": 3}),
        ("---\na: &a [x, x]\nb: [*a, *a]\n---\n", None),
        ("---\n: : :\n  - [\n---\n", None),
        ("---\njust a line\n---\n", None),
        ("", {}),
    ],
)  # fmt: skip
def test_front_matter(tmp_path: Path, front: str, columns: dict[str, Any] | None) -> None:
    found = document(tmp_path, "a.md", f"{front}# Head\n\nText.\n")
    assert found.text == ("# Head\n\nText.\n" if columns is not None else f"{front}# Head\n\nText.\n")
    assert found.columns == (columns or {})
    assert bool(found.notes) == (columns is None)


@pytest.mark.parametrize(
    ("name", "body", "language"),
    [
        ("src/a.py", "x = 1\n", "python"), ("b.RS", "fn main() {}\n", "rust"), 
        ("notes", "all:\n\ttrue\n", ""), ("a/Makefile", "all:\n\ttrue\n", "makefile"),
        ("Dockerfile", "FROM x\n", "dockerfile"),
        ("run", "#!/usr/bin/env python3\nx = 1\n", "python"), ("a.sh", "#!/bin/bash -e\nls\n", "bash"), ("deploy.yaml", "a: 1\n", "yaml"),
    ],
)  # fmt: skip
def test_code_is_as_it_is(tmp_path: Path, name: str, body: str, language: str) -> None:
    found = document(tmp_path, name, body)
    assert found.text == body
    assert found.kind == ("code" if language else "txt")
    assert found.columns == ({"language": language, "path": name} if language else {})


def notebook(**more: Any) -> str:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Head\n", "\n", "Words."]},
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "print(1)\n", "outputs": [
            {"output_type": "stream", "name": "stdout", "text": ["1\n"]},
            {"output_type": "display_data", "data": {"image/png": "aGk=", "text/plain": "<Figure>"}, "metadata": {}},
            {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []},
        ]},
        {"cell_type": "code", "metadata": {}, "source": [], "outputs": []},
        {"cell_type": "raw", "metadata": {}, "source": "raw"},
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "julia"}}, "cells": cells, **more})


def test_notebooks_with_and_without_what_they_put_out(tmp_path: Path) -> None:
    found = document(tmp_path, "a.ipynb", notebook())
    assert found.text == "# Head\n\nWords.\n\n```julia\nprint(1)\n```\n\nraw"
    assert found.marks == {"cells": [(0, 1), (16, 2), (39, 4)]} and found.columns == {"language": "julia"}
    shown = document(tmp_path, "a.ipynb", notebook(), outputs=True)
    outputs = "```output\n1\n```\n\n```output\n<Figure>\n```\n\n```output\nValueError: no\n```"
    assert shown.text == f"# Head\n\nWords.\n\n```julia\nprint(1)\n```\n\n{outputs}\n\nraw"


def test_what_no_store_takes_is_replaced(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "source": "a\0b"}]
    assert document(tmp_path, "a.ipynb", json.dumps({"cells": cells, "metadata": {"title": "\0"}})).text == "a\ufffdb"
    assert document(tmp_path, "a.md", '---\na: "\\0"\n---\nb\n').columns == {"a": "\ufffd"}


def test_old_notebooks_and_what_is_none(tmp_path: Path) -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Head"}, {"cell_type": "code", "input": "1", "language": "python", "outputs": []}]
    old = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})
    assert document(tmp_path, "a.ipynb", old).text == "## Head\n\n```python\n1\n```"
    assert "no cells" in fault(tmp_path, "a.ipynb", "{}").detail
    assert "not JSON" in fault(tmp_path, "a.ipynb", notebook()[:-9]).detail


def test_asciidoc_tables(tmp_path: Path) -> None:
    body = """[cols="3*"]
|===
|A |B |C

.2+|tall
2+|wide

|x |y
3*|same
a|* of its own | |
|===

,===
a,b
"c,1",d
,===

[format=dsv]
|===
e:f
|===
"""
    first = "| A | B | C |\n| --- | --- | --- |\n| tall | wide |  |\n|  | x | y |\n| same | same | same |\n| * of its own |  |  |"
    assert document(tmp_path, "a.adoc", body).text == f"{first}\n\n| a | b |\n| --- | --- |\n| c,1 | d |\n\n| e | f |\n| --- | --- |"


def test_restructured_text_tables_boxes_and_lines(tmp_path: Path) -> None:
    body = """
.. csv-table:: Named
   :header: "a", "b"

   "c,1", d

.. sidebar:: Aside

   Beside the text.

.. figure:: x.png
   :alt: A ship

   The ship at noon.

| one
| two

    Quoted.

    -- Ann

-a  an option

|sub|

.. |sub| replace:: put in
"""
    found = document(tmp_path, "a.rst", body).text
    table = "| a | b |\n| --- | --- |\n| c,1 | d |"
    assert found.startswith(f"Named\n\n{table}\n\nAside\n\nBeside the text.\n\nA ship\n\nThe ship at noon.\n\none\ntwo\n\n")
    assert found.endswith("> Quoted.\n>\n> Ann\n\n-a: an option\n\nput in")


def test_asciidoc_conditions_attributes_and_marks(tmp_path: Path) -> None:
    body = """= Title
ifdef::never[]
:site: https://wrong.org
endif::[]
ifndef::never[:site: https://x.org]
:page: {site}/page
:!gone:

See {page}[the page], image:a.png[A ship,200], icon:flag[role=blue]{nbsp}{gone} and C{pp}.
ifdef::site,never[]
One is set.
endif::[]
ifdef::site+never[]
Both are not.
ifdef::site[]
Nor is this.
endif::[]
endif::[]

`+lit*eral*+`, +pass*ed*+, pass:[*kept*], **C**reate, H~2~O, x^2^, "`quoted`" (C) -- \\*not bold*, ((term)), <<_a_part>>.

[source,ruby]
----
puts 1 # <1>
----
<1> It puts.
<2> Twice.
"""
    found = document(tmp_path, "a.adoc", body).text
    assert found == (
        "# Title\n\nSee the page, A ship, \u00a0{gone} and C++. One is set.\n\n"
        "`lit*eral*`, pass*ed*, *kept*, Create, H2O, x2, “quoted” © — *not bold*, term, a part.\n\n"
        "```ruby\nputs 1\n```\n\n1. It puts.\n2. Twice."
    )
