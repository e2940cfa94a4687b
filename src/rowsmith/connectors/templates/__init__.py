"""Prompts rendered. `Templates` is all that others use.

    templates.py  plain substitution here, all else by a child
    compiled.py   a template with the sandbox's environment: JSON values, the filters of core.filters, no call of anything
    child.py      the child process, which may neither send nor write anything
    renderer.py   whoever starts it, and asks it in blocks
"""

from rowsmith.connectors.templates.templates import Templates

__all__ = ["Templates"]
