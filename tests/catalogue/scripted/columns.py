"""columns: eight notes of a file, of which each is given a summary."""

import json

from case import Case

NOTES = [
    {"text": f"The {thing} of hall {number} was painted in {1950 + number}, and nobody has touched it since.", "id": f"n{number}", "page": number}
    for number, thing in enumerate(("bench", "window", "ladder", "mirror", "basin", "carpet", "stove", "clock"), 1)
]
FILES = {"notes.jsonl": "".join(json.dumps(note) + "\n" for note in NOTES)}

CASE = Case(sets={"input": "notes.jsonl"}, files=FILES, target=8)
