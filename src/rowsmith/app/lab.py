"""The Lab: everything Rowsmith keeps, and all that can be done with it. The terminal, the web and the worker are doors to it.

    lab = Lab(".rowsmith")
    result = lab.project("default").runs.start("recipe.yaml", sets={"input": "texts.jsonl"})
    for row in lab.project("default").datasets.rows(result.dataset):
        ...
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rowsmith.core.errors import Invalid
from rowsmith.core.folders import cache_folder
from rowsmith.llm.facts import Table
from rowsmith.store import projects, signing
from rowsmith.store.database import Database, open_database
from rowsmith.store.files import Files
from rowsmith.store.signing import Signer

if TYPE_CHECKING:
    from rowsmith.app.keys import Keys
    from rowsmith.app.models import Models
    from rowsmith.app.projects import Project, Projects
    from rowsmith.llm.local.weights import WeightFiles
    from rowsmith.store.search import Search
    from rowsmith.store.views import Views

DEFAULT_HOME = ".rowsmith"
DEFAULT_PROJECT = "default"


class Lab:
    """A home: a folder (SQLite and files in it), or the URL of a PostgreSQL database with a folder for the files.

    Args:
        home: a folder, or `postgresql://user@host/name`.
        files: folder of the files; default: `files` in the home, or for a database ROWSMITH_FILES, else `.rowsmith/files`.
        who: who acts; default: the user of the operating system.
        environ: the environment in which keys are looked up first; default: that of the process.

    Raises:
        Conflict: the home's schema is older or newer than this program's.
        Unavailable: the database cannot be opened.
        Invalid: ROWSMITH_BACKGROUND is neither on nor off.
    """

    def __init__(
        self, home: str | Path = DEFAULT_HOME, *, files: str | Path | None = None, who: str | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self.home = str(home)
        self.who = who or _user()
        self.environ = os.environ if environ is None else environ
        self.background = _background()
        self.db = open_home(home)
        self.files = Files(files_of(home, files))
        self._views: Views | None = None

    def project(self, name: str = DEFAULT_PROJECT) -> Project:
        """The project of this name; the default one is made when it is not there.

        Raises:
            NotFound: there is none.
        """
        from rowsmith.app.projects import Project

        if name == DEFAULT_PROJECT:
            projects.ensure(self.db, name)
        else:
            projects.get(self.db, name)
        return Project(self, name)

    def weights(self, base: str | Path) -> WeightFiles:
        """The files of models that run on this machine, for a recipe in the folder `base`."""
        return weights_of(base, self.environ)

    @property
    def projects(self) -> Projects:
        """All projects."""
        from rowsmith.app.projects import Projects

        return Projects(self)

    @property
    def keys(self) -> Keys:
        """The keys of models: enter, list, remove them."""
        from rowsmith.app.keys import Keys

        return Keys(self.environ, lambda: self)

    @property
    def models(self) -> Models:
        """What is known of models."""
        from rowsmith.app.models import Models

        return Models(self.table, self.keys.of(DEFAULT_PROJECT), self.environ, self.project().prompts.find)

    @cached_property
    def signer(self) -> Signer | None:
        """Who signs versions here; None: nobody does.

        Raises:
            Invalid, NotFound, Unavailable: the key that is asked for cannot be used.
        """
        return signing.signer(self.environ)

    @property
    def table(self) -> Table:
        """What is known of models: what ships, and before it the home's own table."""
        return Table(models_file(self.home, self.files.root))

    @property
    def views(self) -> Views:
        """Views of versions, for filters, sorts, searches and pages."""
        if self._views is None:
            from rowsmith.store.views import Views

            self._views = Views(self.db, self.files, self.search.hits)
        return self._views

    @property
    def search(self) -> Search:
        """The index of the words of rows."""
        from rowsmith.store.search import Search

        return Search(self.db)

    def close(self) -> None:
        """Close the database, and let go of the views."""
        if self._views is not None:
            self._views.close()
            self._views = None
        self.db.close()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def weights_of(base: str | Path, environ: Mapping[str, str]) -> WeightFiles:
    """The files of models that run on this machine; relative paths are taken from `base`."""
    from rowsmith.connectors.hub import Hub
    from rowsmith.llm.local.weights import WeightFiles

    return WeightFiles(Path(base), cache_folder(environ), lambda: Hub(environ))


def is_url(home: str | Path) -> bool:
    """Whether the home is a database's URL rather than a folder."""
    return "://" in str(home)


def is_home(home: str | Path) -> bool:
    """Whether something is kept there; of a database, that is known only when it is opened."""
    return is_url(home) or Path(home).expanduser().is_file() or (Path(home).expanduser() / "rowsmith.db").exists()


def database_url(home: str | Path) -> str:
    """The URL of the home's database."""
    if is_url(home):
        return str(home)
    path = Path(home).expanduser().absolute()
    if path.is_file():
        raise Invalid(f"The home {str(home)!r} is a file.", "Give a folder: --home DIR.")
    return f"sqlite:///{path / 'rowsmith.db'}"


def open_home(home: str | Path, *, current: bool = True) -> Database:
    """The home's database; with `current`, only when its schema is the one this program works with."""
    return open_database(database_url(home)) if current else Database(database_url(home))


def files_of(home: str | Path, files: str | Path | None = None) -> Path:
    """The folder of the home's files."""
    if files is not None:
        return Path(files)
    if is_url(home):
        return Path(os.environ.get("ROWSMITH_FILES", ".rowsmith/files"))
    return Path(home).expanduser().absolute() / "files"


def models_file(home: str | Path, files: Path | None = None) -> Path:
    """The home's own table of models: `models.yaml` in its folder; of a database, beside the folder of its files."""
    return (files or files_of(home)).parent / "models.yaml" if is_url(home) else Path(home).expanduser() / "models.yaml"


def _background() -> bool:
    given = os.environ.get("ROWSMITH_BACKGROUND", "on")
    if given not in ("on", "off"):
        raise Invalid(f"ROWSMITH_BACKGROUND={given} is neither on nor off.", "Unset it, or set it to off: nothing is made ready beforehand.")
    return given == "on"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
