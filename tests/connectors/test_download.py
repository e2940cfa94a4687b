"""Files from servers that cut, dribble, change their mind and lie."""

from __future__ import annotations

import asyncio
import gzip
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha1, sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web import CUT, Names, Seen, Shelf, Web, http, redirect

from rowsmith.connectors import plain
from rowsmith.connectors.download import LARGE, TRIES, Downloaded, Refusal, download
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Broken
from rowsmith.connectors.proof import ANYTHING, Wanted
from rowsmith.core.addresses import AddressRefused, Allowed
from rowsmith.core.errors import Invalid, StorageFull, Unavailable
from rowsmith.testing import tmpfs

CONTENT = Random(1).randbytes(3_000_000)
OTHER = Random(2).randbytes(3_000_000)
HASH = sha256(CONTENT).hexdigest()
WANTED = Wanted(HASH, size=len(CONTENT))


def brought(web: Web, path: Path, wanted: Wanted = WANTED, **more: Any) -> Downloaded:
    async def run() -> Downloaded:
        async with Egress(Allowed(("public.example",), (web.port,)), resolver=Names(public_example=["127.0.0.1"])) as egress:
            return await download(egress, web.url(path="/file"), path, **{"wanted": wanted, "backoff_s": 0.001, **more})

    return asyncio.run(run())


def ranges(web: Web) -> list[str]:
    return [seen.headers.get("range", "") for seen in web.seen]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("wanted", [ANYTHING, WANTED, Wanted(HASH), Wanted(size=len(CONTENT))])
def test_a_file_is_brought(tmp_path: Path, wanted: Wanted, length: bool) -> None:
    told = list[tuple[int, int | None]]()
    (tmp_path / "file").write_bytes(b"what stood there")
    with Web(Shelf(CONTENT, length=length)) as web:
        done = brought(web, tmp_path / "file", wanted, progress=lambda *at: told.append(at))
        assert web.seen[0].headers["accept-encoding"] == "identity"
    assert done == Downloaded(tmp_path / "file", len(CONTENT), HASH, len(CONTENT))
    assert ((tmp_path / "file").read_bytes(), left(tmp_path)) == (CONTENT, ["file"])
    total = len(CONTENT) if length or wanted.size else None
    assert (told[0], told[-1], told) == ((0, total), (len(CONTENT), total), sorted(told, key=lambda at: at[0]))
    assert len(told) >= 4


def test_what_is_there_and_right_is_not_brought_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CONTENT)
    with Web(Shelf(CONTENT)) as web:
        assert brought(web, tmp_path / "file").fetched == 0
        assert web.seen == []
        assert brought(web, tmp_path / "file", Wanted(size=len(CONTENT))).fetched == len(CONTENT)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.integers(1, 400_000), max_size=6), st.booleans(), st.booleans())
def test_wherever_it_is_cut_it_goes_on_there_and_nothing_comes_twice(tmp_path: Path, cuts: list[int], length: bool, hashed: bool) -> None:
    (tmp_path / "file").unlink(missing_ok=True)
    shelf = Shelf(CONTENT, cuts=cuts, length=length)
    with Web(shelf) as web:
        done = brought(web, tmp_path / "file", WANTED if hashed else ANYTHING)
        assert (done.sha256, done.fetched, left(tmp_path)) == (HASH, len(CONTENT), ["file"])
        assert shelf.given >= done.fetched
        assert all(asked.startswith("bytes=") for asked in ranges(web)[1:] if asked)


@pytest.mark.parametrize(("tag", "wanted"), [('W/"v1"', ANYTHING), ("", ANYTHING)])
def test_what_cannot_be_told_to_be_the_same_is_begun_anew(tmp_path: Path, tag: str, wanted: Wanted) -> None:
    with Web(Shelf(CONTENT, tag, cuts=[1_000_000, 2_000_000])) as web:
        assert brought(web, tmp_path / "file", wanted).sha256 == HASH
        assert ranges(web) == ["", "", ""]


def test_a_server_without_parts_sends_the_whole_again(tmp_path: Path) -> None:
    with Web(Shelf(CONTENT, cuts=[1_000_000, 2_000_000], ranges=False)) as web:
        assert brought(web, tmp_path / "file").sha256 == HASH
        assert len(web.seen) == 3


def test_it_is_given_up_when_nothing_more_comes(tmp_path: Path) -> None:
    with Web(Shelf(CONTENT, cuts=[1_000_000] * 50, ranges=False)) as web:
        with pytest.raises(Broken):
            brought(web, tmp_path / "file", ANYTHING)
        assert len(web.seen) == TRIES
    assert left(tmp_path) == []


def test_a_file_that_changes_meanwhile_is_never_stitched_together(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT, cuts=[1_000_000])

    def changing(seen: Seen) -> Any:
        if len(web.seen) == 2:
            shelf.content, shelf.tag = OTHER, '"v2"'
        return shelf(seen)

    with Web(changing) as web:
        assert brought(web, tmp_path / "file", ANYTHING).sha256 == sha256(OTHER).hexdigest()
        assert web.seen[1].headers["if-range"] == '"v1"'


def test_bytes_that_were_stitched_wrongly_are_asked_for_once_more(tmp_path: Path) -> None:
    shelf = Shelf(OTHER, tag="", cuts=[1_000_000])

    def changing(seen: Seen) -> Any:
        shelf.content = OTHER if len(web.seen) == 1 else CONTENT
        return shelf(seen)

    with Web(changing) as web:
        assert brought(web, tmp_path / "file").sha256 == HASH
        assert [asked != "" for asked in ranges(web)] == [False, True, False]


@pytest.mark.parametrize("cuts", [[], [1_000_000]])
def test_wrong_bytes_are_not_kept(tmp_path: Path, cuts: list[int]) -> None:
    (tmp_path / "file").write_bytes(b"what stood there")
    with Web(Shelf(OTHER, cuts=cuts)) as web, pytest.raises(Invalid, match=f"its SHA-256 is .*, not {HASH}"):
        brought(web, tmp_path / "file")
    assert ((tmp_path / "file").read_bytes(), left(tmp_path), len(web.seen)) == (b"what stood there", ["file"], 1 + 2 * len(cuts))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Shelf(CONTENT[:-1]), "has 2999999 bytes, not 3000000"),
        (Shelf(CONTENT + b"x"), "has 3000001 bytes, not 3000000"),
        (Shelf(CONTENT + b"x", length=False), "more than 3000000 bytes come"),
        (Shelf(CONTENT * 3, length=False), "more than 3000000 bytes come"),
    ],
)
def test_a_wrong_size(tmp_path: Path, answer: Shelf, told: str) -> None:
    with Web(answer) as web, pytest.raises(Invalid, match=told):
        brought(web, tmp_path / "file")
    assert left(tmp_path) == []


@pytest.mark.parametrize("place", ["bytes 0-2999999/3000000", "bytes 5-9/3000000", "", "bytes x-y/z", "items 1000000-2999999/3000000"])
def test_a_part_that_was_not_asked_for(tmp_path: Path, place: str) -> None:
    shelf = Shelf(CONTENT, cuts=[1_000_000])
    with Web(lambda seen: http(CONTENT, 206, Content_Range=place) if "range" in seen.headers else shelf(seen)) as web:
        assert brought(web, tmp_path / "file").sha256 == HASH
        assert [asked != "" for asked in ranges(web)] == [False, True, False]


def test_git_s_own_hash_is_checked_too(tmp_path: Path) -> None:
    wanted = Wanted(git=sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest(), size=len(CONTENT))
    with Web(Shelf(CONTENT, cuts=[1_000_000])) as web:
        assert brought(web, tmp_path / "file", wanted).sha256 == HASH
    with Web(Shelf(OTHER)) as web, pytest.raises(Invalid, match="its hash in git is"):
        brought(web, tmp_path / "other", wanted)
    with Web(Shelf(CONTENT)) as web, pytest.raises(Invalid, match="SHA-256"):
        brought(web, tmp_path / "other", replace(wanted, sha256="0" * 64))


def test_a_server_that_compresses_unasked(tmp_path: Path) -> None:
    with Web(http(gzip.compress(CONTENT), Content_Encoding="gzip")) as web:
        assert brought(web, tmp_path / "file").sha256 == HASH
    with Web(http(gzip.compress(bytes(64 << 20)), Content_Encoding="gzip")) as web, pytest.raises(Invalid, match="more than 3000000 bytes"):
        brought(web, tmp_path / "bomb")
    assert left(tmp_path) == ["file"]


# -- across processes -----------------------------------------------------------------------------------------------------------------


def test_a_later_attempt_goes_on_where_an_earlier_one_was_left(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT, cuts=[1_000_000, *[0] * TRIES])
    with Web(shelf) as web:
        with pytest.raises(Broken):
            brought(web, tmp_path / "file")
        (part,) = left(tmp_path)
        assert part.endswith(".part")
        size = (tmp_path / part).stat().st_size
        assert 0 < size <= 1_000_000
        done = brought(web, tmp_path / "file")
        assert (done.sha256, done.fetched, ranges(web)[-1], left(tmp_path)) == (HASH, len(CONTENT) - size, f"bytes={size}-", ["file"])


def test_what_was_whole_when_its_process_died_is_only_named(tmp_path: Path) -> None:
    part = tmp_path / f".file.{HASH[:16]}.part"
    part.write_bytes(CONTENT)
    with Web(Shelf(CONTENT)) as web:
        assert brought(web, tmp_path / "file").fetched == 0
        assert web.seen == []
        (tmp_path / "file").rename(part)
        assert brought(web, tmp_path / "file", Wanted(HASH)).fetched == 0  # nothing is known of its size: the server says 416
        assert ranges(web) == ["bytes=3000000-"]


@pytest.mark.parametrize("there", [OTHER[:1_000_000], OTHER, CONTENT + b"x", bytes(10)])
def test_a_part_that_was_damaged_is_found_out(tmp_path: Path, there: bytes) -> None:
    for n, wanted in enumerate((WANTED, Wanted(HASH))):
        (tmp_path / f".{n}.{HASH[:16]}.part").write_bytes(there)
        with Web(Shelf(CONTENT)) as web:
            assert brought(web, tmp_path / f"{n}", wanted).sha256 == HASH
    assert left(tmp_path) == ["0", "1"]


def test_two_that_want_the_same_bring_it_once(tmp_path: Path) -> None:
    begun, go = threading.Event(), threading.Event()

    def answer(seen: Seen) -> Any:
        yield http(length=False, Content_Length=str(len(CONTENT)))
        yield CONTENT[:1_000_000]
        begun.set()
        while not go.is_set():
            yield 0.01
        yield CONTENT[1_000_000:]

    done = list[Downloaded]()
    with Web(answer) as web:
        threads = [threading.Thread(target=lambda: done.append(brought(web, tmp_path / "file"))) for _ in range(3)]
        threads[0].start()
        assert begun.wait(30)
        for thread in threads[1:]:
            thread.start()
        go.set()
        for thread in threads:
            thread.join()
        assert (sorted(found.fetched for found in done), len(web.seen)) == ([0, 0, len(CONTENT)], 1)
    assert left(tmp_path) == ["file"]


def test_when_the_one_who_had_it_fails_the_next_goes_on(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT, cuts=[1_000_000, *[0] * TRIES])
    results = list[object]()

    def run() -> None:
        try:
            results.append(brought(web, tmp_path / "file").sha256)
        except Broken:
            results.append("broken")

    with Web(shelf) as web:
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(map(str, results)) == sorted([HASH, "broken"])


# -- refusals and the disk ------------------------------------------------------------------------------------------------------------


def test_a_status_that_is_final(tmp_path: Path) -> None:
    with Web(http(b"secret", 404, X_Why="gone")) as web, pytest.raises(Refusal, match=r"public\.example answers HTTP 404") as caught:
        brought(web, tmp_path / "file")
    assert (caught.value.http, caught.value.headers["x-why"], len(web.seen), left(tmp_path)) == (404, "gone", 1, [])
    with Web(redirect("http://169.254.169.254/")) as web, pytest.raises(AddressRefused):
        brought(web, tmp_path / "file")
    with pytest.raises(AddressRefused):
        plain.download("file:///etc/passwd", tmp_path / "file")


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_status_that_passes(tmp_path: Path, status: int) -> None:
    with Web(lambda seen: Shelf(CONTENT)(seen) if len(web.seen) > 2 else [http(status=status, Retry_After="0")]) as web:
        assert brought(web, tmp_path / "file").sha256 == HASH
    with Web(http(status=status)) as web, pytest.raises(Broken, match=f"HTTP {status}"):
        brought(web, tmp_path / "other")
    assert len(web.seen) == TRIES


def test_a_server_asks_to_wait(tmp_path: Path) -> None:
    waited = list[float]()

    async def run(web: Web) -> None:
        loop = asyncio.get_running_loop()
        async with Egress(Allowed(("127.0.0.1",), (web.port,))) as egress:
            start = loop.time()
            await download(egress, web.url("127.0.0.1"), tmp_path / "file", backoff_s=0.0)
            waited.append(loop.time() - start)

    with Web(lambda seen: Shelf(b"x")(seen) if len(web.seen) > 1 else [http(status=503, Retry_After="1")]) as web:
        asyncio.run(run(web))
    assert waited[0] >= 1


def test_a_dribbling_server_is_left_and_taken_up_again(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT)

    def slow(seen: Seen) -> Any:
        head, *rest = shelf(seen)
        return [head, rest[0], 60.0, CUT] if len(web.seen) == 1 else [head, *rest]

    with Web(slow) as web:
        done = brought(web, tmp_path / "file", bounds=replace(LARGE, idle_s=0.5))
        assert (done.sha256, ranges(web)) == (HASH, ["", "bytes=65536-"])


def test_a_body_has_its_cap(tmp_path: Path) -> None:
    with Web(Shelf(CONTENT)) as web, pytest.raises(Invalid, match="larger than 1000"):
        brought(web, tmp_path / "file", bounds=Bounds(body=1000))
    assert [name for name in left(tmp_path) if not name.endswith(".part")] == []


def test_a_file_that_cannot_fit_is_told_before_it_is_begun(tmp_path: Path) -> None:
    huge = http(b"x", length=False, Content_Length=str(1 << 39))
    with Web(huge) as web, pytest.raises(StorageFull, match="needs 549755813888 bytes more") as caught:
        brought(web, tmp_path / "file", ANYTHING)
    assert str(tmp_path) in caught.value.fix
    assert left(tmp_path) == []


def test_a_full_disk_keeps_what_came_and_goes_on_when_there_is_space(tmp_path: Path) -> None:
    small = mounted(tmp_path / "disk")
    with small() as disk, Web(Shelf(CONTENT, length=False)) as web:
        filler = disk / "filler"
        filler.write_bytes(bytes(2_500_000))
        with pytest.raises(StorageFull, match="No space is left for file"):
            brought(web, disk / "file", Wanted(HASH))
        assert left(disk)[0].endswith(".part")
        filler.unlink()
        assert brought(web, disk / "file", Wanted(HASH)).sha256 == HASH
        assert ranges(web)[-1] != ""


def mounted(path: Path) -> Callable[[], Any]:
    def small() -> Any:
        return tmpfs(path, 4)

    try:
        with small():
            return small
    except Unavailable as error:
        pytest.skip(str(error))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with Web(Shelf(CONTENT)) as web, pytest.raises(Unavailable, match="cannot be written"):
        brought(web, tmp_path / "taken" / "file")
    assert web.seen == []


def test_a_link_in_the_place_of_the_part_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    os.symlink(tmp_path / "mine", tmp_path / f".file.{HASH[:16]}.part")
    with Web(Shelf(CONTENT)) as web, pytest.raises(Unavailable):
        brought(web, tmp_path / "file")
    assert (tmp_path / "mine").read_bytes() == b"mine"


def test_it_is_a_plain_call(tmp_path: Path) -> None:
    with Web(Shelf(CONTENT)) as web:
        done = plain.download(web.url("127.0.0.1"), tmp_path / "file", wanted=WANTED, allowed=Allowed(("127.0.0.1",), (web.port,)))
    assert done.sha256 == HASH
