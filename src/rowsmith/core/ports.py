"""What the rooms of one floor know of each other: Protocols, put together in `app`.

`Context` is what a step is lent. `Ledger` is what the gate buys through: call store, budget and rate limits in one durable place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from pydantic import SecretStr

from rowsmith.core.calls import Answer, Ask, Claim, Claimed, Embed, Embedded, Limits, Usage
from rowsmith.core.documents import Document, DrawnPage
from rowsmith.core.execution import Answered, Executed
from rowsmith.core.fences import Fence
from rowsmith.core.fetching import Missed
from rowsmith.core.models import ModelChoice
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.core.row import Json, Row

if TYPE_CHECKING:
    from rowsmith.core.outline import Part


class Rows(Protocol):
    """A stream of rows in row order that can be read more than once and never lies in memory whole."""

    def __iter__(self) -> Iterator[Row]: ...

    def __len__(self) -> int: ...


class Kept(Rows, Protocol):
    """The rows that a set step has let through in earlier waves."""

    def waves(self) -> Sequence[Rows]:
        """The same rows wave by wave, for a step whose verdicts on a wave must not change with later ones."""
        ...


class Context(Protocol):
    """What a step is lent. One for each step; `ask` belongs to the row at hand."""

    @property
    def step(self) -> str:
        """The step's name."""

    @property
    def wanted(self) -> Sequence[int]:
        """Which rows to make of the row at hand, by index (asking steps that make rows): `range(count)` at first; on a retry the
        one place that is asked again; in later waves the next indexes."""

    @property
    def attempt(self) -> int:
        """0 at first; the number of the retry when a filter sent the row's slot back."""

    @property
    def scratch(self) -> Path:
        """A folder of this step alone for temporary files; removed when the run ends."""

    def render(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """A prompt with its variables filled in from `scope`, and what is fenced off between its lines. A template is waited for (core.prompt).
        Raises RowFailed where the row does not fit it."""

    async def rendered(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """The same for asking steps: no other row waits for a template. Raises as `render`."""

    async def ask(
        self, messages: Sequence[Mapping[str, Any]], *, model: ModelChoice, schema: Mapping[str, Any] | None = None, prompt: str = ""
    ) -> Answer:
        """Ask a model on behalf of the row at hand. `prompt` is the unrendered text, for the row's origin.

        Raises:
            RowFailed: no usable answer came; the reason says why.
        """
        ...

    async def embed(self, texts: Sequence[str], *, model: str) -> Embedded:
        """The embeddings of texts, by the model of this role, on behalf of the row at hand. A text that was embedded before is not again.

        Raises:
            RowFailed: one of them has none; the reason says why.
        """
        ...

    async def classify(self, texts: Sequence[str | tuple[str, str]], *, model: str) -> list[dict[str, float]]:
        """What the classifier of this role says of texts, or of pairs of texts (what is given, and what is said of it), on behalf of the row at
        hand: for each its categories, by the model's own names, with scores from 0 to 1.

        Raises:
            RowFailed: no usable answer came; the reason says why.
        """
        ...

    def paths(self, patterns: Sequence[str]) -> list[Path]:
        """The files that the patterns name, sorted, relative ones taken from the recipe's folder."""
        ...

    def file(self, name: str) -> Path:
        """Where the file lies that a row refers to by its hash; not to be changed.

        Raises:
            NotFound: it is not there.
        """
        ...

    def input(self, path: Path) -> Input:
        """Open one input file: the run pins it by hash and keeps a copy."""
        ...

    def missed(self) -> Sequence[Missed]:
        """What the step asked for outside and did not come."""
        ...

    def records(
        self, source: Input, *, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None, header: bool = True,
        contents: Contents | None = None,
    ) -> Iterator[Record | Fault]:  # fmt: skip
        """The records of an input file, whatever it is and however it is packed, read in a process of its own with bounded memory and time.
        Encoding and delimiter go before what is found; of a spreadsheet the `sheet` is read, else the first with anything in it; without a
        `header` the columns of a table are column_1, column_2 ... `contents` is filled with what is learned of it.

        Raises:
            Invalid: the file cannot be read at all, or costs more than it may.
        """
        ...

    def documents(self, sources: Iterable[Input], **given: Any) -> Iterator[tuple[Input, Document | Record | Fault]]:
        """What input files say, whatever they are, read one after the other in a process of its own with bounded memory, time and output
        for each. `given`: what is said of them (connectors.documents.read_documents); with `records` files of records give these. A file
        that cannot be read is a fault, and the next one is read."""
        ...

    def drawn(self, source: Input, **how: Any) -> list[DrawnPage | Missed]:
        """The pages of a PDF as pictures, in their order, drawn when the run pinned it, as `Step.drawing` says (`how`); and those that could not
        be drawn, by their numbers. None of another file."""
        ...

    def outline(self, text: str, language: str, size: int) -> list[Part]:
        """Source code as its parts, read in a process of its own (connectors.code.CodeReader)."""
        ...

    def execute(self, code: str, tests: Sequence[str] | str, *, time_s: float, memory_mb: int) -> Executed:
        """Python of strangers and its tests, in a sandbox (connectors.execution.Sandbox). Raises Unavailable where there is none."""

    def evaluate(self, code: str, expressions: Sequence[str], *, time_s: float, memory_mb: int) -> Executed:
        """The same with expressions in place of tests, whose values are given."""

    def query(self, schema: str, queries: Sequence[str], *, time_s: float) -> list[Answered]:
        """What queries give on a SQLite database that statements make. Raises RowFailed (`schema`) where they make none."""

    def index(self, kind: str, place: str = "") -> Index:
        """An index of vectors of this kind (connectors.vectors); without a place, an empty one that ends with the step.

        Raises:
            NotFound: there is no such kind. Unavailable: its library is not installed, or its server cannot be reached.
        """
        ...

    def format(self, name: str) -> Any:
        """The format of this name (formats.Format), which is built in or of a plug-in.

        Raises:
            NotFound: there is none. Invalid: it is of a plug-in that is not trusted.
        """
        ...

    def dataset(self, name: str) -> Rows:
        """The rows of the version that a dataset had when the run began: the run pins it."""
        ...

    def reviews(self, name: str) -> Mapping[str, dict[str, Json]]:
        """What the reviews of each reviewed row of that dataset came to when the run began (core.review.summary), by the row's id."""
        ...


class Input(Protocol):
    """An input file as the run pinned it."""

    @property
    def path(self) -> Path:
        """Where to read it from (the run's own copy)."""
        ...

    @property
    def name(self) -> str:
        """Its name as the user knows it, relative to the folder that was read, with forward slashes."""
        ...

    @property
    def hash(self) -> str:
        """64 hexadecimal digits, BLAKE2b-256 of its bytes."""
        ...

    @property
    def facts(self) -> Mapping[str, Json]:
        """What is known of one that came from outside: url, fetched_at, commit ..."""
        ...


class Index(Protocol):
    """Vectors by name, and which of them are nearest to another one, by the cosine of the angle between them."""

    def add(self, name: str, vector: bytes) -> None:
        """Take a vector in (float32, little-endian), in the place of an earlier one of the name. All of an index have one length.

        Raises:
            Invalid: its length is another.
        """
        ...

    def near(self, vector: bytes, count: int) -> list[tuple[str, float]]:
        """At most `count` names and cosines in [-1, 1], the nearest first; of equals the one that came first."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Take vectors out; one that is not there is fine."""
        ...

    def close(self) -> None:
        """Let it go; what a place outside holds is durable."""
        ...


class Ledger(Protocol):
    """Where answers are claimed, bought and kept. Every method that returns has made its effect durable first.

    One call, seen from the gate:  claim -> (send) -> answer | unknown, again | release
    """

    async def claim(self, claim: Claim) -> Claimed:
        """Wait until the answer is stored, or the key and its reservation are the caller's, or a cap stands in the way.

        While another process or run holds the key, waits for its answer; when that holder dies, takes over. What a batch holds is not
        waited for: the claim is `parked`.
        """
        ...

    async def answer(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        """Store the raw answer and settle the attempt at `cost` picodollars (None: unknown, counted at its reservation).

        It is on its way as soon as it is called: who is cancelled while waiting for it has stored it all the same.
        """
        ...

    async def unknown(self, claimed: Claimed, detail: str) -> bool:
        """The attempt was sent and its outcome is not known: it stays counted at its reservation, as `maybe_billed`, and a further
        attempt is reserved. False: no budget for one; the claim is given up."""
        ...

    async def release(self, claimed: Claimed, detail: str, *, maybe_billed: bool, sent: bool = True) -> None:
        """Give the claim up without an answer. The reservation goes back, or stays counted when the outcome is not known. What was never
        `sent` does not count to the limits of its day either."""
        ...

    def refused(self, claimed: Claimed, reason: str, detail: str) -> None:
        """The stored answer could not be used (`malformed`, `schema`, `cut`, `refusal`, `empty`): a failed draw, kept with its reason."""
        ...

    def mended(self, claimed: Claimed, how: str) -> None:
        """The stored answer could be used, though not as it stands: core.calls.FOUND, REPAIRED or ASKED_AGAIN. Not waited for."""
        ...

    async def permit(self, profile: str, limits: Limits, tokens: int) -> float:
        """One more request of a profile that has limits (an HTTP retry): seconds to wait before sending."""
        ...

    async def block(self, profile: str, seconds: float) -> None:
        """The provider asked for silence (Retry-After): no process sends to this profile before then."""
        ...

    def blocked(self, profile: str) -> float:
        """Seconds for which the profile is still silenced; 0 when it is not."""
        ...


class Attachments(Protocol):
    """The files that messages refer to by hash."""

    def open(self, name: str) -> IO[bytes]:
        """The bytes of the file with this hash (64 hexadecimal digits).

        Raises:
            NotFound: it is not there.
        """
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A model's key. `where` it was found, and how the user puts another one there (`renew`, a sentence)."""

    key: SecretStr
    where: str
    renew: str


class Keys(Protocol):
    """Where the keys of models are found."""

    def find(self, name: str, address: str, *, own: bool) -> Found | None:
        """The key called `name` (an environment variable's name) for requests to `address` (scheme://host[:port]); `own`: that is the
        provider's own address. None: there is no such key.

        Raises:
            Paused: there is one, and it is not to be sent there; or it cannot be read now.
        """
        ...


class Gate(Protocol):
    """The one way to a model."""

    async def ask(self, ask: Ask) -> Answer:
        """Ask, whatever it takes within the limits.

        Raises:
            RowFailed: no usable answer (`malformed`, `schema`, `cut`, `refusal`, `empty`, `context`, `filter`, `attachment`, `http_400` and
                so on, `unreachable`, `timeout`).
            Paused: the run cannot go on now (cap reached, throttled for long, key refused), or the gate was halted.
            NotRecorded: the run is offline, and no answer is stored.
            Parked: the answer comes with a batch; ask again when it has.
        """
        ...

    async def embed(self, embed: Embed) -> Embedded:
        """The embeddings of texts, whatever it takes within the limits.

        Raises:
            RowFailed: a text has none (`garbled`, `http_400` and so on, `unreachable`, `timeout`).
            Paused: as `ask`.
        """
        ...

    def halt(self) -> None:
        """Send nothing more: a question that has not been sent yet raises Paused("stopped"). What is in flight goes on. Any thread."""
        ...


class Paused(Exception):
    """The run stops here for now and can be resumed: `reason` is a code (`budget`, `throttled`, `storage_full`, `key`, `unreachable`),
    `what` and `fix` are for the user."""

    def __init__(self, reason: str, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.reason = reason
        self.what = what
        self.fix = fix


class NotRecorded(Exception):
    """Nothing may be bought and no answer is stored: the row ends as `not_recorded`, whatever its step makes of a row that failed."""


class Parked(Exception):
    """The answer comes with the batch numbered `batch`: the row rests until then."""

    def __init__(self, batch: int) -> None:
        super().__init__(f"batch b{batch}")
        self.batch = batch
