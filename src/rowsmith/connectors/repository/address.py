"""What a user calls a repository by: an address of its pages, `git+https://host/owner/name@ref#folder`, or a local clone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from rowsmith.connectors.repository.forges import forge_of
from rowsmith.connectors.urls import parsed
from rowsmith.core.errors import Invalid, NotFound

_FORMS = "Write it like https://github.com/owner/name or git+https://host/owner/name@ref#folder."
_CLONE = "A clone on this machine is named by its folder (rowsmith read git+FOLDER), its branch, tag or commit by `ref`."
_SSH = re.compile(r"(?:git\+)?ssh://|[\w.-]+@[\w.-]+:", re.IGNORECASE)
_NO_REPOSITORY = {
    "about", "apps", "collections", "contact", "customer-stories", "enterprise", "events", "explore", "features", "login", "marketplace", "new",
    "notifications", "orgs", "organizations", "pricing", "search", "security", "settings", "sponsors", "topics", "trending", "users",
}  # fmt: skip
"""First parts of paths of a forge's own pages, which no owner is called."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is and what of it is meant.

    origin: scheme and host of its forge; path: owner and name there, without `.git`; git: the address that git itself speaks to.
    ref: a branch, tag or commit, empty for the default branch; within: a folder or file of it.
    tail: a ref and a path with slashes between, which only the list of refs can tell apart (tree/feature/x/docs).
    about, number: `issues` or `pulls` where these are meant and not the files; 0: all of them.
    """

    origin: str
    path: str
    git: str
    forge: str
    ref: str = ""
    within: str = ""
    tail: str = ""
    about: str = ""
    number: int = 0

    @property
    def name(self) -> str:
        """Host, owner and name: what an origin calls the repository."""
        return f"{self.origin.partition('://')[2]}/{self.path}"


def recognised(source: str) -> bool:
    """Whether a source names a repository by itself: `git+...`, a repository's page on a forge that is known, or a local clone."""
    if source.startswith(("git+", "git://", "git@")) or _SSH.match(source):
        return True
    if re.match(r"https?://", source, re.IGNORECASE):
        try:
            at = parsed(source)
        except Invalid:
            return False
        parts = [part for part in at.path.split("/") if part]
        plain = len(parts) >= 2 and parts[0] not in _NO_REPOSITORY and "raw" not in parts[2:4] and parts[2:3] != ["releases"]
        return bool(forge_of(at.host or "")) and plain
    return "://" not in source and is_clone(Path(source).expanduser())


def is_clone(path: Path) -> bool:
    """Whether a folder is a clone, with files or bare."""
    return (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir())


def clone_at(url: str) -> Path | None:
    """The local clone that a source names; None where it is an address.

    Raises:
        NotFound: there is no such folder. Invalid: it is no clone.
    """
    if "://" in url or url.startswith("git+") or "::" in url or _SSH.match(url):
        return None
    path = Path(url).expanduser()
    if not path.is_dir():
        raise NotFound(f"There is no folder {url!r}.", f"{_CLONE} {_FORMS}")
    if not is_clone(path):
        raise Invalid(f"The folder {url!r} is no clone of a repository: it holds no .git.", "Read it as files, or name the folder of the clone.")
    return path


def place_of(url: str, forge: str = "") -> Place:
    """The repository that an address names; `forge` says what software a host runs that is not known by name.

    Raises:
        Invalid: it is no address of a repository, or goes by another way than https or http.
    """
    _require_web(url)
    rest, _, fragment = url.removeprefix("git+").partition("#")
    at = parsed(rest.partition("?")[0])
    spoken = forge or forge_of(at.host or "")
    path, ref = unquote(at.raw_path).strip("/"), ""
    if url.startswith("git+"):
        path, _, ref = path.partition("@")
        within = fragment.removeprefix("subdirectory=").strip("/")
        place = _page(str(at.origin()), path, spoken) if "@" not in rest and spoken else Place(str(at.origin()), _bare(path), "", spoken)
        place = _with(place, ref=ref or place.ref, within=within or place.within)
    else:
        place = _page(str(at.origin()), path, spoken)
    wrong = any(part in ("", ".", "..") for part in place.path.split("/")) or re.search(r"[\x00-\x20\x7f\\]", place.path + ref)
    if wrong or (spoken and "/" not in place.path):
        raise Invalid(f"{rest.partition('?')[0]} names no repository.", _FORMS)
    return _with(place, git=f"{place.origin}/{place.path}.git" if spoken or path.endswith(".git") else f"{place.origin}/{place.path}")


def _require_web(url: str) -> None:
    if _SSH.match(url):
        name = re.sub(r"^(?:git\+)?(?:ssh://)?(?:[\w.-]+@)?([\w.-]+)(?::\d+)?[:/]", r"\1/", url, flags=re.IGNORECASE).removesuffix(".git")
        fix = f"Write git+https://{name} instead; what is private needs a token (GITHUB_TOKEN, GITLAB_TOKEN ...), or name a clone of yours."
        raise Invalid("Repositories are not read through ssh, which would use your keys.", fix)
    if "::" in url.partition("/")[0] or not re.match(r"(?:git\+)?https?://", url, re.IGNORECASE):
        raise Invalid("A repository is read through https alone.", f"{_FORMS} {_CLONE}")


def _page(origin: str, path: str, forge: str) -> Place:
    """A repository's page: the repository itself, a folder or file of it, its issues, one of them."""
    parts = path.split("/")
    if forge == "gitlab" and "-" in parts:
        cut = parts.index("-")
        return _view(Place(origin, _bare("/".join(parts[:cut])), "", forge), parts[cut + 1 :])
    if forge == "gitlab" or not forge:
        return Place(origin, _bare(path), "", forge)
    return _view(Place(origin, _bare("/".join(parts[:2])), "", forge), parts[2:])


def _view(place: Place, shown: list[str]) -> Place:
    match shown:
        case []:
            return place
        case ["commit" | "commits" as view, sha, *_] if view == "commit" or re.fullmatch("[0-9a-f]{40}", sha):
            return _with(place, ref=sha)
        case ["src", "branch" | "tag" | "commit", *rest] if place.forge == "gitea" and rest:
            return _with(place, tail="/".join(rest))
        case ["tree" | "blob" | "src" | "commits", *rest] if rest:
            return _with(place, tail="/".join(rest))
        case ["issues" | "pulls"]:
            return _with(place, about=shown[0])
        case ["issues" | "pull" | "pulls", number, *_] if number.isascii() and number.isdigit():
            return _with(place, about="issues" if shown[0] == "issues" else "pulls", number=int(number))
    raise Invalid(f"{place.origin}/{place.path}/{'/'.join(shown)} is no page that can be read as a repository.", _FORMS)


def _bare(path: str) -> str:
    return path.strip("/").removesuffix(".git")


def _with(place: Place, **changed: object) -> Place:
    from dataclasses import replace

    return replace(place, **changed)  # type: ignore[arg-type]
