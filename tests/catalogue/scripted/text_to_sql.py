"""text-to-sql: queries of the writer, and candidates of the solver, two of three of which give the same."""

from __future__ import annotations

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

SHOP = """
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL NOT NULL);
INSERT INTO item VALUES (1, 'cup', 4.5), (2, 'pot', 20), (3, 'tea', 3), (4, 'tray', 12);
"""


def reply(request: Request) -> Any:
    """What the role is asked for."""
    fields = request.schema["properties"] if request.schema else {}
    voice = Voice(request.chance)
    if "sql" in fields:
        return {"sql": "SELECT name FROM item WHERE price > 4 ORDER BY name"}
    if "question" in fields:
        return {"question": voice.question(14), "knowledge": ""}
    candidates = ["SELECT name FROM item WHERE price > 4", "SELECT i.name FROM item AS i WHERE NOT i.price <= 4", "SELECT name FROM item"]
    return {"reasoning": voice.sentence(), "answer": candidates}


CASE = Case(sets={"input": "shop.sql", "solver": "openai/solver", "count": "8"}, files={"shop.sql": SHOP}, reply=reply)
