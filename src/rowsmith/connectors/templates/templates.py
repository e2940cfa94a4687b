"""Prompts rendered: plain ones here, templates by a child."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from rowsmith.core.fences import Fence
from rowsmith.core.prompt import Text, parse


class Templates:
    """Renders prompts for any thread or loop. Its child starts with the first template: plain substitution costs none."""

    def __init__(self) -> None:
        self._renderer: Any = None
        self._first = Lock()

    def render(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """A prompt with its variables filled in from `scope`, and what is fenced off between its lines.

        Raises:
            Invalid: the text is none that a prompt may have. RowFailed: as Text.render, and as Renderer.render.
        """
        text = parse(prompt)
        return text.render(scope, fence) if text.plain else str(self._child().render(prompt, _used(text, scope), fence))

    async def rendered(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """The same without holding up the loop. Raises as `render`."""
        text = parse(prompt)
        return text.render(scope, fence) if text.plain else str(await self._child().rendered(prompt, _used(text, scope), fence))

    def _child(self) -> Any:
        with self._first:
            if self._renderer is None:
                from rowsmith.connectors.templates.renderer import Renderer

                self._renderer = Renderer()
            return self._renderer

    def close(self) -> None:
        """End the child, if there is one."""
        if self._renderer is not None:
            self._renderer.close()


def _used(text: Text, scope: Mapping[str, Any]) -> dict[str, Any]:
    return {name: scope[name] for name in text.variables if name in scope}
