"""Row to the clothes that others wear, and what gets lost on the way. One file each, pure: no input or output happens here.

Foreign column names (instruction, conversations ...) exist only in this room. A module `a_b.py` offers the format `a-b` as
`FORMAT`; modules that begin with an underscore are what the formats share.
"""

from rowsmith.formats._carried import SAMPLES, carried
from rowsmith.formats._consumers import FAILING, Check, Checked, Consumer, Finding, Setting, consumer, consumers, rules
from rowsmith.formats._detect import SURE, Candidate, candidates
from rowsmith.formats._export import Encoded, Extra, LossReport, encode_export, encode_row
from rowsmith.formats._format import Attached, Companions, DataFile, Format, Laid, Provenance, built_in, every, json_bytes, json_line
from rowsmith.formats._import import imported
from rowsmith.formats._mapping import Mapping, unfolded
from rowsmith.formats._plain import json_lines, quick, ready_line
from rowsmith.formats._review import Gathered, corrected

__all__ = [
    "FAILING", "SAMPLES", "SURE", "Attached", "Candidate", "Check", "Checked", "Companions", "Consumer", "DataFile", "Encoded", "Extra", "Finding",
    "Format", "Gathered", "Laid", "LossReport", "Mapping", "Provenance", "Setting", "built_in", "candidates", "carried", "consumer", "consumers",
    "corrected", "encode_export", "encode_row", "every", "imported", "json_bytes", "json_line", "json_lines", "quick",
    "ready_line", "rules", "unfolded",
]  # fmt: skip
