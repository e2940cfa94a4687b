"""A process that writes rows as fast as it can and says which ones were acknowledged, and how long each took: pounding.py URL NAME SECONDS.

Each row is an event of its own in one transaction with its project's counter. When a write fails, it prints the error's type and goes on.
"""

from __future__ import annotations

import sys
import time

from sqlalchemy import text

from rowsmith.core.errors import Unavailable
from rowsmith.store.database import open_database

ADD = text("INSERT INTO event (project, kind, data, at) VALUES (:name, :kind, :data, 0)")
SUM = text("UPDATE budget SET usd = usd + 1 WHERE scope = 'all'")


def main(url: str, name: str, seconds: str) -> None:
    """Write until the time is over."""
    db = open_database(url)
    ends = time.monotonic() + float(seconds)
    number = 0
    while time.monotonic() < ends:
        started = time.monotonic()
        try:
            with db.write() as conn:
                conn.execute(SUM)
                conn.execute(ADD, {"name": name, "kind": str(number), "data": bytes(600)})
        except Unavailable as error:
            print("error", type(error).__name__, error.what, flush=True)
            time.sleep(0.05)
        else:
            print("acknowledged", number, f"{time.monotonic() - started:.4f}", flush=True)
        number += 1
        if number % 400 == 0:  # the last connection of all to close writes the WAL back
            db.close()
            db = open_database(url)
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
