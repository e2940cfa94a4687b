"""The objects of a bucket that were asked for, one file each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rowsmith.connectors.globs import matcher
from rowsmith.connectors.object_storage.address import Place, place_of
from rowsmith.connectors.object_storage.az import Azure
from rowsmith.connectors.object_storage.errors import reason_of, shown, told
from rowsmith.connectors.object_storage.gs import GS
from rowsmith.connectors.object_storage.s3 import S3
from rowsmith.connectors.object_storage.store import Asked, Store, Thing
from rowsmith.core.errors import Invalid, NotFound, RowsmithError
from rowsmith.core.fetching import Fetched, Missed, Reach
from rowsmith.core.row import Json

STORES: Mapping[str, Callable[[Reach, str, Asked], Store]] = {"s3": S3, "gs": GS, "az": Azure}
MOST_LISTED = 1_000_000
"""Objects that are looked at, wanted or not."""
_WHY = {"not_found": "It is gone since it was listed.", "forbidden": "It is not open to us.", "changed": "It was changed since it was listed."}


def fetch(
    reach: Reach, to: Path, *, url: str, exclude: Sequence[str] = (), max_file_bytes: int = 256 << 20, max_files: int = 10_000,
    max_bytes: int = 8 << 30, endpoint_url: str = "", region: str = "", account: str = "", anonymous: bool = False, machine_role: bool = False,
) -> Iterator[Fetched | Missed]:  # fmt: skip
    """Every object that was asked for, in the order in which the storage lists them.

    Args:
        url: an object, a folder (with or without a slash at its end) or a pattern: s3://bucket/2026-*/**/*.md. A pattern that fits a folder
            means all below it. gs:// is Google's, az://container/... and abfss://container@account.dfs.core.windows.net/... Azure's.
        exclude: patterns (globs.py) of keys that are not wanted.
        max_file_bytes, max_files, max_bytes: what is larger, and what comes beyond, is told and left out.
        endpoint_url: where a storage of one's own answers that speaks like S3 or Google's. region: of S3. account: of Azure.
        anonymous: without credentials. machine_role: with those that the cloud's metadata service hands out to this machine.

    The name of a file is its address. Facts: url, storage, etag, version (where the bucket keeps versions), modified, fetched_at. An object whose
    ETag is the one that `reach.known` has is not fetched again, and Missed as `not_modified`.

    Raises:
        Invalid: the address is none. NotFound: there is no bucket, or nothing that fits. Unavailable: no credentials, no library, no network.
        AddressRefused: the endpoint may not be reached.
    """
    place = place_of(url)
    if endpoint_url and place.kind == "az":
        raise Invalid("Azure takes no endpoint_url.", "Set AZURE_STORAGE_CONNECTION_STRING, which names where the account answers.")
    asked = Asked(endpoint_url, region, place.account or account, anonymous, machine_role)
    limits = _Limits(matcher(exclude), max_file_bytes, max_files, max_bytes)
    with told(place):
        store = STORES[place.kind](reach, place.bucket, asked)
    try:
        yield from _given(reach, to, place, store, limits)
    finally:
        store.close()


class _Limits:
    """How much is taken, and how much has been."""

    def __init__(self, unasked: Callable[[str], bool], largest: int, files: int, total: int) -> None:
        self._unasked, self._largest, self._files, self._total = unasked, largest, files, total
        self._count = self._bytes = 0

    def asks(self, thing: Thing) -> bool:
        """Whether an object is wanted. What ends in a slash is how consoles draw folders, and holds nothing."""
        return not self._unasked(thing.key) and not (thing.key.endswith("/") and thing.size == 0)

    def why_not(self, thing: Thing) -> tuple[str, str]:
        """Why an object is left out: a code and the reason; empty where it is taken, and counted."""
        if thing.size > self._largest:
            return "large_file", f"The object has {thing.size:,} bytes; max_file_bytes is {self._largest:,}."
        if self._count >= self._files:
            return "too_many_files", f"More than max_files ({self._files:,}) were asked for."
        if self._bytes + thing.size > self._total:
            return "too_many_bytes", f"More than max_bytes ({self._total:,}) were asked for."
        self._count += 1
        self._bytes += thing.size
        return "", ""


def _given(reach: Reach, to: Path, place: Place, store: Store, limits: _Limits) -> Iterator[Fetched | Missed]:
    beyond: dict[str, list[str]] = {}
    count = 0
    for count, thing in enumerate(_wanted(reach, place, store, limits), 1):
        name = place.name(thing.key)
        known = reach.known.get(name, {})
        if thing.etag and known.get("etag") == thing.etag:
            yield Missed(name, "not_modified", "It is as it was.")
            continue
        reason, detail = limits.why_not(thing)
        if reason.startswith("too_many"):
            beyond.setdefault(f"{reason}\n{detail}", []).append(thing.key)
        elif reason:
            yield Missed(name, reason, detail)
        else:
            yield _fetched(place, store, thing, to / f"object-{count}")
    for why, keys in beyond.items():
        reason, _, detail = why.partition("\n")
        yield Missed(place.name(keys[0]), reason, f"{detail} Left out: {len(keys):,}, from {keys[0]} on.")
    reach.note("")
    if not count:
        raise NotFound(f"No object fits {place.name(place.within)}.", "Check the address; `**` stands for folders of any depth.")


def _wanted(reach: Reach, place: Place, store: Store, limits: _Limits) -> Iterator[Thing]:
    """The objects that are meant, of those that are listed."""
    things = store.listed(place.prefix)
    for count in range(MOST_LISTED + 1):
        with told(place):
            thing = next(things, None)
        if thing is None:
            return
        if count and count % 1000 == 0:
            reach.note(f"{place.kind}://{place.bucket}: {count:,} objects listed")
        if place.wants(thing.key) and limits.asks(thing):
            yield thing
    raise Invalid(f"{place.kind}://{place.bucket}/{place.prefix} holds more than {MOST_LISTED:,} objects.", "Name a folder, or a longer beginning.")


def _fetched(place: Place, store: Store, thing: Thing, path: Path) -> Fetched | Missed:
    """One object; what is wrong with it alone costs it alone."""
    name = place.name(thing.key)
    with told(place):
        try:
            version = store.get(thing, path)
        except RowsmithError:
            raise
        except Exception as error:
            if not (reason := reason_of(error)):
                raise
            path.unlink(missing_ok=True)
            return Missed(name, reason, f"{_WHY[reason]} ({shown(error)})" if str(error) else _WHY[reason])
    facts: dict[str, Json] = {"url": name, "storage": place.kind, "modified": thing.modified}
    facts |= {key: value for key, value in (("etag", thing.etag), ("version", version)) if value}
    return Fetched(name, path, {**facts, "fetched_at": datetime.now(UTC).isoformat(timespec="seconds")})
