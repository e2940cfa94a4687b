"""Row to the clothes that others wear, and what gets lost on the way. One file each, pure: no input or output happens here.

Foreign column names (instruction, conversations ...) exist only in this room. A module `a_b.py` offers the format `a-b` as
`FORMAT`; modules that begin with an underscore are what the formats share.
"""

from rowsmith.formats._export import Extra, LossReport, encode_export
from rowsmith.formats._format import Format, Provenance, built_in

__all__ = ["Extra", "Format", "LossReport", "Provenance", "built_in", "encode_export"]
