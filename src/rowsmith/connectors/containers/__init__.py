"""Strangers' files as records: CSV, JSON, JSON Lines, Parquet, Arrow and spreadsheets, packed or not, each opened in a child process.

What a file is, its bytes say; its name only breaks ties. `read_records` is what others use; `cut_file`, `started`, `said_lines` and `died` are for
those who read a large file in several processes.

    limits.py      what a file may cost
    recognise.py   what it is
    unpack.py      the file within gz, bz2, xz, zst and zip
    encoding.py    which letters its bytes are
    text.py        JSON Lines and tables of text, a record at a time
    json_array.py  one JSON value, a record at a time
    sheets.py      XLSX and ODS
    columnar.py    Parquet and Arrow
    pieces.py      a large file in pieces that can be read apart
    fence.py       what a process takes from itself before it opens one
    child.py       the child process, which may neither send nor write anything
    reader.py      whoever starts it, and watches it
    warm.py        a child that is asked again and again, for those whose questions are short
"""

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.pieces import Cut
from rowsmith.connectors.containers.reader import cut_file, died, read_records, said_lines, started

__all__ = ["Cut", "Limits", "cut_file", "died", "read_records", "said_lines", "started"]
