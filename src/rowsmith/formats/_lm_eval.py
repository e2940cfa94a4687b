"""A task of lm-evaluation-harness (0.4.13): data files and the YAML of a task for each."""

from __future__ import annotations

from rowsmith.formats._format import Companions, Format, Laid

_FEW = ("train", "training", "validation", "valid", "val", "dev")
_HEAD = "# Run in this folder: lm_eval run --model hf --model_args pretrained=MODEL --tasks {name} --include_path .\n"


class LmEvalTask(Format):
    """A folder with the data in `data/`, and a task for each dataset."""

    folder = True
    whole = "test"

    def stem(self, dataset: str, split: str, many: bool) -> str:
        """Data files lie in a folder of their own."""
        return f"data/{super().stem(dataset, split, many)}"

    def companions(self) -> Companions:
        """The YAML of each task."""
        return _Tasks(self.task_lines())

    def task_lines(self) -> str:
        """How the task asks, and what counts."""
        raise NotImplementedError


class _Tasks(Companions):
    def __init__(self, lines: str) -> None:
        self._lines = lines

    def files(self, laid: Laid) -> dict[str, bytes]:
        """A task for each dataset, which is called as it is; of splits, `test` is asked, else the one that came first."""
        found = {}
        for dataset in dict.fromkeys(file.dataset for file in laid.files):
            name = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in dataset or laid.name)
            files: dict[str, list[str]] = {}
            for file in laid.files:
                if file.dataset == dataset:
                    files.setdefault(file.split, []).append(file.path)
            asked = next((split for split in files if split not in _FEW), next(iter(files)))
            shown = next((split for split in files if split in _FEW and split != asked), "")
            lines = [f"task: {name}", "dataset_path: json", "dataset_kwargs:", "  data_files:"]
            lines += [f"    {split}: [{', '.join(paths)}]" for split, paths in files.items()]
            lines += [f"test_split: {asked}", *([f"fewshot_split: {shown}"] if shown else []), self._lines, "metadata: {version: 1.0}", ""]
            found[f"{name}.yaml"] = (_HEAD.format(name=name) + "\n".join(lines)).encode()
        return found
