"""Model files from a hub, played by a real server with a second one for its large files."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hub_world import HubWorld, hub_world
from web import CUT, Seen, Shelf, http, redirect

from rowsmith.connectors import hub
from rowsmith.connectors.hub import Copy, Hub, in_words
from rowsmith.connectors.hub_file import HubFile
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, StorageFull, Unavailable

ROOT = Path(__file__).parents[2]
WEIGHTS = Random(1).randbytes(3_000_000)
NEWER = Random(2).randbytes(3_000_000)
HASH = sha256(WEIGHTS).hexdigest()
NAME = "hf:acme/tiny/q4/tiny-q4_0.gguf"
TOKEN = "hf_canary0123456789"


@pytest.fixture
def world() -> Iterator[HubWorld]:
    with hub_world() as made:
        made.commit = made.add("acme/tiny", "q4/tiny-q4_0.gguf", WEIGHTS, "main", "v1.0", "refs/pr/3")
        yield made


def kept_files(cache: Path) -> dict[str, bytes]:
    return {str(path.relative_to(cache)): path.read_bytes() for path in cache.rglob("*") if path.is_file() and path.suffix != ".json"}


# -- first and second use -------------------------------------------------------------------------------------------------------------


def test_the_first_use_downloads_and_the_second_needs_no_network(world: HubWorld, tmp_path: Path) -> None:
    told = list[tuple[int, int | None]]()
    environ = world.environ(tmp_path)
    copy = hub.download(NAME, environ=environ, progress=lambda *at: told.append(at))
    assert copy == Copy(copy.path, world.commit, HASH, len(WEIGHTS))
    assert (copy.path.name, copy.path.read_bytes()) == ("tiny-q4_0.gguf", WEIGHTS)
    assert (told[0], told[-1]) == ((0, len(WEIGHTS)), (len(WEIGHTS), len(WEIGHTS)))
    places = [f"/acme/tiny/resolve/{revision}/q4/tiny-q4_0.gguf" for revision in ("main", world.commit)]
    assert world.asked() == [("HEAD", places[0]), ("GET", places[1])]
    assert list(kept_files(tmp_path).values()) == [WEIGHTS]

    asked = len(world.hub.reached)
    assert hub.download(NAME, environ=environ) == hub.download(f"{NAME}@{world.commit}#sha256={HASH}", environ=environ) == copy
    assert Hub(environ).kept(HubFile.read(NAME)) == copy
    assert (len(world.hub.reached), Hub(environ).kept(HubFile.read(f"{NAME}@v1.0"))) == (asked, None)


def test_a_revision_stays_what_it_was_when_it_was_first_used(world: HubWorld, tmp_path: Path) -> None:
    environ = world.environ(tmp_path)
    first = hub.download(NAME, environ=environ)
    newer = world.add("acme/tiny", "q4/tiny-q4_0.gguf", NEWER)
    assert hub.download(NAME, environ=environ) == first
    assert hub.download(f"{NAME}@{newer}", environ=environ).path.read_bytes() == NEWER
    assert hub.download(f"{NAME}@refs/pr/3", environ=environ) == first  # the same commit: what is here is right already
    assert world.asked()[-1] == ("HEAD", "/acme/tiny/resolve/refs%2Fpr%2F3/q4/tiny-q4_0.gguf")
    assert hub.download(NAME, environ=world.environ(tmp_path / "other")).commit == newer


def test_what_moves_between_the_question_and_the_download_is_not_mixed(world: HubWorld, tmp_path: Path) -> None:
    answer = world.hub.answer

    def moving(seen: Seen) -> Any:
        said = answer(seen)
        world.revisions["acme/tiny", "main"] = "0" * 40
        return said

    world.hub.answer = moving
    assert hub.download(NAME, environ=world.environ(tmp_path)).path.read_bytes() == WEIGHTS


def test_small_files_lie_on_the_hub_itself_and_go_by_their_hash_in_git(world: HubWorld, tmp_path: Path) -> None:
    world.add("acme/tiny", "config.json", b'{"a": 1}')
    assert hub.download("hf:acme/tiny/config.json", environ=world.environ(tmp_path)).path.read_bytes() == b'{"a": 1}'
    world.add("datasets/acme/rows", "a b/ä.jsonl", b"{}\n")
    assert hub.download("hf:datasets/acme/rows/a b/ä.jsonl", environ=world.environ(tmp_path)).path.read_bytes() == b"{}\n"
    assert world.asked()[-1][1].startswith("/datasets/acme/rows/resolve/")
    world.says = {"ETag": f'"{"0" * 40}"'}
    world.add("acme/tiny", "other.json", b"{}")
    with pytest.raises(Invalid, match="its hash in git"):
        hub.download("hf:acme/tiny/other.json", environ=world.environ(tmp_path))
    assert len(world.store.seen) == 0


def test_a_repository_that_was_renamed(world: HubWorld, tmp_path: Path) -> None:
    world.moved["acme/old"] = "acme/tiny"
    copy = hub.download(NAME.replace("tiny/", "old/", 1), environ=world.environ(tmp_path, HF_TOKEN=TOKEN))
    assert copy.path.read_bytes() == WEIGHTS
    assert [method for method, _ in world.asked()] == ["HEAD", "HEAD", "GET", "GET"]


def test_the_files_of_a_revision_are_of_one_commit_as_long_as_that_has_them(world: HubWorld, tmp_path: Path) -> None:
    parts = [f"m-{n:05}-of-00002.gguf" for n in (1, 2)]
    first = world.add("acme/big", parts[0], WEIGHTS)
    world.files["acme/big", first, parts[1]] = NEWER
    environ = world.environ(tmp_path)
    assert hub.download(f"hf:acme/big/{parts[0]}", environ=environ).commit == first
    moved = world.add("acme/big", parts[1], WEIGHTS)
    second = hub.download(f"hf:acme/big/{parts[1]}", environ=environ)
    assert (second.commit, second.path.read_bytes(), second.path.parent.name) == (first, NEWER, first)
    world.files["acme/big", moved, "new.gguf"] = WEIGHTS
    assert hub.download("hf:acme/big/new.gguf", environ=environ).commit == moved


def test_hubs_are_kept_apart(world: HubWorld, tmp_path: Path) -> None:
    with hub_world() as other:
        other.add("acme/tiny", "q4/tiny-q4_0.gguf", NEWER)
        copies = [hub.download(NAME, environ=place.environ(tmp_path)) for place in (world, other, world)]
    assert [copy.sha256 == HASH for copy in copies] == [True, False, True]


def test_progress_in_words(world: HubWorld, tmp_path: Path) -> None:
    """As a provider of local models uses it."""
    made, said = Hub(world.environ(tmp_path)), list[str]()
    assert made.here(NAME) is None
    path = made.fetch(NAME, said.append)
    assert (path, path.read_bytes()) == (made.here(NAME), WEIGHTS)
    assert (said[0], said[-2:]) == (f"downloading {NAME}: 0 % of 3.0 MB", [f"downloading {NAME}: 100 % of 3.0 MB", ""])
    assert len(said) == len(set(said)) >= 4
    said.clear()
    with pytest.raises(NotFound):
        made.fetch("hf:acme/tiny/other.gguf", said.append)
    assert said == [""]
    in_words("x", said.append)(1_500_000_000, None)
    assert said[-1] == "downloading x: 1.5 GB"


def test_the_code_on_the_page_runs(world: HubWorld, tmp_path: Path) -> None:
    world.add("org/repo", "file.gguf", WEIGHTS)
    (code,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "network.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **world.environ(tmp_path)}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].endswith(HASH)


# -- the token ------------------------------------------------------------------------------------------------------------------------


def test_the_token_goes_to_the_hub_alone(world: HubWorld, tmp_path: Path) -> None:
    hub.download(NAME, environ=world.environ(tmp_path, HF_TOKEN=f" {TOKEN}\n"))
    assert {seen.headers.get("authorization") for seen in world.hub.seen} == {f"Bearer {TOKEN}"}
    assert len(world.store.seen) == 1
    assert [TOKEN in str(seen) for seen in world.store.seen] == [False]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()] == []
    hub.download(NAME, environ=world.environ(tmp_path / "other"))
    assert "authorization" not in world.hub.seen[-1].headers


def test_a_hub_that_sends_its_question_elsewhere_does_not_get_the_token_there(world: HubWorld, tmp_path: Path) -> None:
    with hub_world() as mirror:
        mirror.hub.answer = lambda seen: redirect(f"http://127.0.0.1:{world.hub.port}{seen.target}")
        ports = ",".join(str(web.port) for web in (world.hub, world.store))
        environ = mirror.environ(tmp_path, HF_TOKEN=TOKEN, ROWSMITH_EGRESS_PORTS=ports)
        assert hub.download(NAME, environ=environ).sha256 == HASH
        assert all("authorization" in seen.headers for seen in mirror.hub.seen)
        assert len(world.hub.seen) == 2
        assert not any("authorization" in seen.headers for seen in world.hub.seen)


# -- hashes ---------------------------------------------------------------------------------------------------------------------------


def test_wrong_bytes_are_not_kept(world: HubWorld, tmp_path: Path) -> None:
    world.store_answer = Shelf(NEWER)
    with pytest.raises(Invalid, match=f"its SHA-256 is .*, not {HASH}"):
        hub.download(NAME, environ=world.environ(tmp_path))
    assert kept_files(tmp_path) == {}
    world.store_answer = None
    assert hub.download(NAME, environ=world.environ(tmp_path)).sha256 == HASH


def test_a_hash_of_one_s_own_is_checked_besides(world: HubWorld, tmp_path: Path) -> None:
    environ = world.environ(tmp_path)
    with pytest.raises(Invalid, match=f"SHA-256 is {HASH}, not {'0' * 64}"):
        hub.download(f"{NAME}#sha256={'0' * 64}", environ=environ)
    assert world.store.seen == []
    assert hub.download(f"{NAME}#sha256={HASH.upper()}", environ=environ).sha256 == HASH
    with pytest.raises(Invalid, match=f"not {'0' * 64}") as caught:
        hub.download(f"{NAME}#sha256={'0' * 64}", environ=environ)
    assert "remove it" in caught.value.fix


def test_a_hub_that_gives_no_hash(world: HubWorld, tmp_path: Path) -> None:
    world.says = {"X-Linked-ETag": '"no-hash"'}
    with pytest.raises(Invalid, match="gives no hash") as caught:
        hub.download(NAME, environ=world.environ(tmp_path))
    assert "#sha256=" in caught.value.fix
    assert hub.download(f"{NAME}#sha256={HASH}", environ=world.environ(tmp_path)).sha256 == HASH
    world.store_answer = Shelf(NEWER)
    with pytest.raises(Invalid, match="SHA-256"):
        hub.download(f"{NAME}#sha256={HASH}", environ=world.environ(tmp_path / "other"))


def test_a_file_that_lost_bytes_is_brought_again(world: HubWorld, tmp_path: Path) -> None:
    copy = hub.download(NAME, environ=world.environ(tmp_path))
    copy.path.write_bytes(WEIGHTS[:-1])
    assert hub.download(NAME, environ=world.environ(tmp_path)).path.read_bytes() == WEIGHTS
    for pin in tmp_path.rglob("*.json"):
        pin.write_text('{"commit": 3', encoding="utf-8")
    assert hub.download(NAME, environ=world.environ(tmp_path)) == copy
    assert len(world.store.seen) == 2


# -- broken off -----------------------------------------------------------------------------------------------------------------------


DOWNLOAD = "import sys; from rowsmith.connectors import hub; print(hub.download(sys.argv[1]).path)"


def process(environ: dict[str, str]) -> subprocess.Popen[str]:
    env = {**os.environ, **environ}
    return subprocess.Popen([sys.executable, "-c", DOWNLOAD, NAME], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_connection_that_is_cut_is_taken_up_again(world: HubWorld, tmp_path: Path) -> None:
    shelf = Shelf(WEIGHTS, cuts=[500_000, 800_000, 3])
    world.store_answer = shelf
    assert hub.download(NAME, environ=world.environ(tmp_path)).sha256 == HASH
    assert [bool(seen.headers.get("range")) for seen in world.store.seen] == [False, True, True, True]
    assert shelf.given == len(WEIGHTS)


def test_a_process_that_is_killed_is_followed_by_one_that_goes_on(world: HubWorld, tmp_path: Path) -> None:
    begun = threading.Event()

    def stuck(seen: Seen) -> Any:
        yield from Shelf(WEIGHTS, cuts=[2_500_000])(seen)[:-2]
        begun.set()
        yield 600.0

    world.store_answer = stuck
    killed = process(world.environ(tmp_path))
    assert begun.wait(60)
    while not any(len(content) >= 1 << 20 for content in kept_files(tmp_path).values()):
        assert killed.poll() is None
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    world.store_answer = None
    done = process(world.environ(tmp_path))
    out, err = done.communicate()
    assert done.returncode == 0, err
    assert Path(out.strip()).read_bytes() == WEIGHTS
    assert int(world.store.seen[-1].headers["range"].removeprefix("bytes=").removesuffix("-")) >= 1 << 20
    assert list(kept_files(tmp_path).values()) == [WEIGHTS]


def test_processes_that_want_the_same_bring_it_once(world: HubWorld, tmp_path: Path) -> None:
    go = threading.Event()

    def waiting(seen: Seen) -> Any:
        while not go.is_set():
            yield 0.01
        yield from Shelf(WEIGHTS)(seen)

    world.store_answer = waiting
    both = [process(world.environ(tmp_path)) for _ in range(2)]
    threading.Timer(1.0, go.set).start()
    outcomes = [one.communicate() for one in both]
    assert [one.returncode for one in both] == [0, 0], outcomes
    assert len({out for out, _ in outcomes}) == 1
    assert len(world.store.seen) == 1


# -- errors ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "what", "fix"),
    [
        (http(status=403, X_Error_Code="GatedRepo"), Unavailable, "acme/tiny is gated", "Agree at http://127.0.0.1:PORT/acme/tiny, and set HF_TOKEN"),
        (http(status=401, X_Error_Code="GatedRepo"), Unavailable, "acme/tiny is gated", "HF_TOKEN"),
        (http(status=401, X_Error_Code="RepoNotFound"), NotFound, "no repository acme/tiny, or it is private", "HF_TOKEN"),
        (http(status=404, X_Error_Code="RepoNotFound"), NotFound, "no repository acme/tiny", "Correct the name"),
        (http(status=404, X_Error_Code="RevisionNotFound"), NotFound, "acme/tiny has no revision main", "Look at"),
        (http(status=404, X_Error_Code="EntryNotFound"), NotFound, "no file q4/tiny-q4_0.gguf at main", "/acme/tiny/tree/main"),
        (http(status=404), NotFound, "no file q4/tiny-q4_0.gguf", "Look at"),
        (http(status=401), Unavailable, "does not let us read acme/tiny (HTTP 401)", "Set HF_TOKEN"),
        (http(status=403), Unavailable, "does not let us read acme/tiny (HTTP 403)", "Set HF_TOKEN"),
        (http(status=500), Unavailable, "HTTP 500", "Try again later"),
        (http(), Unavailable, "names no commit", "Correct HF_ENDPOINT"),
        (http(b"", X_Repo_Commit="../../etc"), Unavailable, "names no commit", "Correct HF_ENDPOINT"),
        (redirect("/elsewhere"), Unavailable, "names no commit", "Correct HF_ENDPOINT"),
        (redirect("http://169.254.169.254/latest/"), AddressRefused, "169.254.169.254", "Nothing is ever sent there"),
        (redirect("file:///etc/passwd"), AddressRefused, "redirects to what may not be gone to", "Nothing was sent"),
    ],
)
def test_what_a_hub_refuses_is_told(world: HubWorld, tmp_path: Path, answer: bytes, kind: type[RowsmithError], what: str, fix: str) -> None:
    world.hub.answer = lambda seen: answer
    with pytest.raises(kind) as caught:
        hub.download(NAME, environ=world.environ(tmp_path))
    assert what in caught.value.what
    assert fix.replace("PORT", str(world.hub.port)) in caught.value.fix
    assert type(caught.value) is kind
    assert kept_files(tmp_path) == {}


def test_a_token_that_may_not_is_told_from_none(world: HubWorld, tmp_path: Path) -> None:
    world.refusals["acme/tiny"] = http(status=403)
    with pytest.raises(Unavailable) as caught:
        hub.download(NAME, environ=world.environ(tmp_path, HF_TOKEN=TOKEN))
    assert caught.value.fix == "HF_TOKEN is not a token that may read it."
    with pytest.raises(Invalid, match="HF_TOKEN holds") as spoilt:
        hub.download(NAME, environ=world.environ(tmp_path, HF_TOKEN=f"{TOKEN}\r\nX: y"))
    assert TOKEN not in str(spoilt.value)


def test_a_store_that_refuses(world: HubWorld, tmp_path: Path) -> None:
    world.store_answer = lambda seen: http(status=403)
    with pytest.raises(Unavailable, match="HTTP 403"):
        hub.download(NAME, environ=world.environ(tmp_path))


def test_no_network(tmp_path: Path) -> None:
    with hub_world() as world:
        environ = world.environ(tmp_path)
    with pytest.raises(Unavailable, match=r"^hf:acme/tiny/q4/tiny-q4_0\.gguf cannot be downloaded: 127\.0\.0\.1 cannot be reached") as caught:
        hub.download(NAME, environ=environ)
    assert "by its path" in caught.value.fix
    with pytest.raises(Unavailable, match=r"The name no-such-hub\.invalid does not resolve"):
        hub.download(NAME, environ={"HF_ENDPOINT": "https://no-such-hub.invalid", "ROWSMITH_CACHE": str(tmp_path)})


def test_a_download_that_breaks_off_for_good_says_that_it_can_be_gone_on_with(world: HubWorld, tmp_path: Path) -> None:
    world.store_answer = lambda seen: [*Shelf(WEIGHTS)(seen)[:20], CUT] if len(world.store.seen) == 1 else [CUT]
    with pytest.raises(Unavailable, match="broke off") as caught:
        hub.download(NAME, environ=world.environ(tmp_path))
    assert "What has come is kept" in caught.value.fix
    world.store_answer = None
    assert hub.download(NAME, environ=world.environ(tmp_path)).sha256 == HASH
    assert world.store.seen[-1].headers["range"] > "bytes=1"


def test_a_full_disk(world: HubWorld, tmp_path: Path) -> None:
    world.says = {"X-Linked-Size": str(1 << 39)}
    world.store_answer = lambda seen: http(length=False, Content_Length=str(1 << 39))
    with pytest.raises(StorageFull, match="needs 549755813888 bytes more") as caught:
        hub.download(NAME, environ=world.environ(tmp_path))
    assert "ROWSMITH_CACHE" in caught.value.fix
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(Unavailable, match="cannot be written"):
        hub.download(NAME, environ=world.environ(tmp_path / "taken"))


# -- settings -------------------------------------------------------------------------------------------------------------------------


def test_what_may_be_reached_is_what_the_environment_lists(world: HubWorld, tmp_path: Path) -> None:
    """The hub that is named may be reached; where it sends us, only what is listed."""
    with pytest.raises(AddressRefused, match=f"port {world.store.port}"):
        hub.download(NAME, environ=world.environ(tmp_path, ROWSMITH_EGRESS_PORTS=""))
    world.store_answer = Shelf(WEIGHTS)
    world.says = {"Location": f"http://127.0.0.2:{world.store.port}/x"}
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
        hub.download(NAME, environ=world.environ(tmp_path))
    assert world.store.reached == []
    assert hub.download(NAME, environ=world.environ(tmp_path, ROWSMITH_EGRESS_HOSTS="hub.lan, 127.0.0.0/8")).sha256 == HASH


@pytest.mark.parametrize(
    ("setting", "value"),
    [("ROWSMITH_EGRESS_PORTS", "80,http"), ("ROWSMITH_EGRESS_PORTS", "0"), ("ROWSMITH_EGRESS_PORTS", "65536"),
     ("ROWSMITH_EGRESS_HOSTS", "10.0.0.0/99"), ("HF_ENDPOINT", "huggingface.co"), ("HF_ENDPOINT", "ftp://h/"),
     ("HF_ENDPOINT", "https://user@h/"), ("HF_TOKEN", "two words")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_told(tmp_path: Path, setting: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        hub.download(NAME, environ={"ROWSMITH_CACHE": str(tmp_path), setting: value})
    assert caught.value.fix
    assert setting in caught.value.what or value in caught.value.what


def test_without_settings_it_is_the_hub_and_the_user_s_own_folder(tmp_path: Path) -> None:
    made = Hub({"XDG_CACHE_HOME": str(tmp_path)})
    assert (made.host, made.allowed.hosts, made.allowed.ports) == ("huggingface.co", (), ())
    if sys.platform == "linux":
        assert made._place(HubFile.read(NAME), "c") == tmp_path / "rowsmith/hub/huggingface.co/acme/tiny/c/q4/tiny-q4_0.gguf"
    assert Hub({})._place(HubFile.read(NAME), "c").is_relative_to(Path.home())


# -- names ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "file"),
    [
        (NAME, HubFile("acme/tiny", "q4/tiny-q4_0.gguf")),
        ("hf:a/b/c@v1.0", HubFile("a/b", "c", "v1.0")),
        ("hf:a/b/c@refs/pr/3", HubFile("a/b", "c", "refs/pr/3")),
        (f"hf:a/b/c#sha256={HASH.upper()}", HubFile("a/b", "c", sha256=HASH)),
        (f"hf:a/b/c.d/e (1).gguf@{'0' * 40}#sha256={HASH}", HubFile("a/b", "c.d/e (1).gguf", "0" * 40, HASH)),
        ("hf:datasets/a/b/c", HubFile("datasets/a/b", "c")),
        ("hf:a/b/.gitattributes", HubFile("a/b", ".gitattributes")),
    ],
)
def test_names(text: str, file: HubFile) -> None:
    assert HubFile.read(text) == file


@pytest.mark.parametrize(
    "text",
    ["", "hf:", "hf:a", "hf:a/b", "hf:a/b/", "hf:/a/b/c", "a/b/c", "hf://a/b/c", "hf:a//c", "hf:a/b/../../../../etc/passwd", "hf:a/b/..",
     "hf:a/b/./c", "hf:../b/c", "hf:a/../c", "hf:a/..b/c", "hf:.a/b/c", "hf:a/b/c/..@main", "hf:a/b/..@main", "hf:a/b/c\\d", "hf:a/b/c\0",
     "hf:a/b/c\n", "hf:a/b/c?x", "hf:a/b/c@", "hf:a/b/c@..", "hf:a/b/c@-x", "hf:a/b/c@v 1", "hf:a/b/c#sha256=12",
     "hf:a/b/c#md5=12", "hf:a/b/c:d", "hf:a b/c/d",
     f"hf:a/b/{'c' * 201}", "hf:a/b/..%2fc/../d", "hf:a/b//c", "hf:a/b/c/", "HF:a/b/c"],
)  # fmt: skip
def test_what_names_no_file(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        HubFile.read(text)
    assert "hf:org/repo/file.gguf" in caught.value.fix


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    for path in ("..%2f..%2fc", "....//c".replace("//", "/"), "．．／c", "%2e%2e/c", "~/c", "CON", "c "):
        made = Hub({"ROWSMITH_CACHE": str(tmp_path)})
        place = made._place(HubFile.read(f"hf:a/b/{path}"), "0" * 40)
        assert place.resolve().is_relative_to(tmp_path / "hub" / "huggingface.co" / "a" / "b" / ("0" * 40))


def test_it_is_a_plain_call_where_a_loop_runs(world: HubWorld, tmp_path: Path) -> None:
    async def notebook() -> Copy:
        return hub.download(NAME, environ=world.environ(tmp_path))

    assert asyncio.run(notebook()).sha256 == HASH
