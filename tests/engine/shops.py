"""A Bench that buys in batches, with counts of what was bought where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from running import Bench, Plain, ask, texts

from rowsmith.app.proof import verify
from rowsmith.app.results import Result

TEN = texts(*(f"text {n}" for n in range(10)))
PRICED = {"price_in": 1, "price_out": 10}
HALF = {**PRICED, "price_batch": 0.5}


class Shop(Bench):
    """A Bench that runs in batches and counts what was bought."""

    def __init__(self, folder: Path, reply: Any = None, **script: Any) -> None:
        super().__init__(folder, reply, **{"batch_s": 0.1, **PRICED, **script})

    def buy(self, *steps: Plain, writer: Plain | None = None, **options: Any) -> Result:
        models = {"writer": self.model(**HALF, **(writer or {})), "judge": self.model(**HALF)}
        return self.run(*(steps or (TEN, ask())), top={"models": models}, **{"batch": True, **options})

    @property
    def bought(self) -> Counter[str]:
        """How often each body was paid for."""
        return Counter(call.body for call in self.server.calls.requests if call.billed)

    def in_batches(self) -> int:
        return sum(batch["done"] - batch["failed"] for batch in self.server.batches())

    def live(self) -> int:
        return self.bought.total() - self.in_batches()

    def sound(self) -> None:
        """Nothing was bought twice, the books agree with the server's, and all of it can be proved."""
        assert max(self.bought.values(), default=1) == 1
        assert verify(self.lab).problems == []


Make = Callable[..., Shop]


@contextmanager
def shops(folder: Path) -> Iterator[Make]:
    """Makes shops, each with a home and a server of its own: `make(reply, **script)`."""
    made: list[Shop] = []

    def make(reply: Any = None, **script: Any) -> Shop:
        home = folder / str(len(made))
        home.mkdir()
        made.append(Shop(home, reply, **script))
        return made[-1].__enter__()  # type: ignore[return-value]

    try:
        yield make
    finally:
        for one in made:
            one.__exit__(None, None, None)
