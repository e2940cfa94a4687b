"""raw-text: each text is of its topic, type and language."""

from case import Case

CASE = Case(sets={"topics": "[bread, trams]", "types": "[letter, recipe]", "languages": "[en, de]", "count": "8"}, target=8)
