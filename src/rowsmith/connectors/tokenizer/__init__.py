"""A model's tokenizer with its chat template: strangers' files, opened and carried out in a child process. `opened` is all that others use.

    files.py      where they lie: a folder, or a repository of the hub
    template.py   the chat template, in a sandbox
    child.py      the child process, which may neither send nor write anything
    asked.py      whoever starts it, and asks it
"""

from rowsmith.connectors.tokenizer.asked import opened

__all__ = ["opened"]
