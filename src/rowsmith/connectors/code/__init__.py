"""Source code of strangers, read by tree-sitter in a child process. `CodeReader` is all that others use.

    outline.py   a syntax tree as definitions and places to cut
    child.py     the child process, which may neither send nor write anything
    reader.py    whoever starts it, and asks it
"""

from rowsmith.connectors.code.reader import CodeReader

__all__ = ["CodeReader"]
