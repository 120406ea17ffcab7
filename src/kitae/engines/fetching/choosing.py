"""Which files of a repository are data: by name, by split and subset, by pattern. Nothing is opened.

Splits are told from names as the `datasets` library tells them (its documentation, "Structure your
repository"): `{split}-00000-of-00005`, else the words train, test, validation and their kin; without any
of these everything is `train`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from kitae.core.errors import DataError, NotFoundError

ROW_FORMATS: Mapping[str, tuple[str, ...]] = {
    "parquet": (".parquet",),
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv",),
    "tsv": (".tsv",),
    "json": (".json",),
    "arrow": (".arrow", ".feather"),
    "xlsx": (".xlsx",),
}
"""Formats of rows, best first: typed and compact before loose."""
DOCUMENT_SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".epub")
COMPRESSIONS = (".gz", ".zst", ".bz2", ".xz")
ARCHIVES = (".zip", ".tar", ".tgz")
NOT_DATA = frozenset({
    "readme.md", "license.txt", "license.md", "licence.txt", "licence.md", "dataset_infos.json",
    "dataset_info.json", "dataset_dict.json", "state.json", "configuration.json", "package.json",
    "package-lock.json", "composer.json", "tsconfig.json", "requirements.txt", "cmakelists.txt",
    "robots.txt", "dataset-metadata.json", "croissant.json",
})  # fmt: skip
"""Names of files that describe or build something instead of holding material."""
NOT_DATA_FOLDERS = frozenset({"node_modules", "vendor", "third_party", "__pycache__"})
SPLIT_WORDS: Mapping[str, tuple[str, ...]] = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
ALL = "train"
"""The split of everything, where no name tells splits apart."""
_SHARD = re.compile(r"(?:^|/)(?P<split>\w[\w.]*?)-(?P<number>\d{5})-of-(?P<count>\d{5})(?=\.)")
_WORD_BREAK = r"(?:^|[^a-z0-9]){}(?:$|[^a-z0-9])"


@dataclass(frozen=True)
class Asked:
    """What the recipe asks of a repository.

    Attributes:
        name: `owner/name`, for error texts.
        subset: One configuration, None for the default one.
        split: One split, None for all.
        files: Patterns of the files wanted; empty where names and the card decide.
    """

    name: str
    subset: str | None = None
    split: str | None = None
    files: tuple[str, ...] = ()

    @property
    def selection(self) -> dict[str, Any]:
        """The same as plain data: what a folder was fetched for."""
        named = {"files": list(self.files)} if self.files else {}
        return {"subset": self.subset, "split": self.split, **named}


def choose_files(paths: Sequence[str], card: Mapping[str, Any], asked: Asked) -> list[str]:
    """The data files of a dataset repository, sorted.

    Args:
        paths: All files of the repository.
        card: Front matter of its README; `configs` there decides, where it is.
        asked: What the recipe wants; its patterns come before the choice of a format.

    Raises:
        NotFoundError: There is no such subset or split, or no such file.
        DataError: The repository holds no data file, or several subsets and none is the default.
    """
    configs = _configs(card)
    if asked.files:
        by_split = _of_patterns(paths, configs, asked)
    else:
        by_split = _of_config(paths, configs, asked) if configs else _of_names(paths, asked)
    if asked.split is None:
        return sorted({path for found in by_split.values() for path in found})
    wanted = SPLIT_NAMES.get(asked.split.lower(), asked.split)
    for name in (asked.split, wanted):
        if by_split.get(name):
            return sorted(set(by_split[name]))
    raise _not_there(
        "split", asked.split, sorted(s for s, found in by_split.items() if found), asked
    )


SPLIT_NAMES = {word: split for split, words in SPLIT_WORDS.items() for word in words}


def is_readable(path: str) -> bool:
    """Whether a file may hold rows or documents, by its name."""
    return bool(row_format(path)) or _is_document(path) or _suffix(path) in ARCHIVES


def is_material(path: str) -> bool:
    """Whether a readable file of a repository is likely material, not settings or hidden."""
    parts = path.split("/")
    if any(part.startswith((".", "__")) or part in NOT_DATA_FOLDERS for part in parts):
        return False
    return parts[-1].lower() not in NOT_DATA and is_readable(path)


def row_format(path: str) -> str:
    """The format of rows that a file's name tells, or nothing."""
    suffix = _suffix(path)
    return next((name for name, suffixes in ROW_FORMATS.items() if suffix in suffixes), "")


def matching(paths: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """The paths that a pattern names: `*` within a folder, `**` across folders; a folder, all in it."""
    shapes = [_shape(pattern) for pattern in patterns]
    return [path for path in paths if any(shape.fullmatch(path) for shape in shapes)]


def split_of(path: str) -> str:
    """The split that a file's name or folders tell, or nothing."""
    shard = _SHARD.search(path)
    if shard:
        return shard.group("split")
    parts = [_stem(path), *reversed(path.lower().split("/")[:-1])]
    for part in parts:
        for word, split in SPLIT_NAMES.items():
            if re.search(_WORD_BREAK.format(word), part):
                return split
    return ""


def missing_shards(paths: Iterable[str]) -> list[str]:
    """Names of shards (`…-00002-of-00005…`) that ought to be there beside the others, but are not."""
    there = set(paths)
    wanted: set[str] = set()
    for path in there:
        shard = _SHARD.search(path)
        if shard:
            start, end = shard.span("number")
            count = int(shard.group("count"))
            wanted |= {
                f"{path[:start]}{number:05d}{path[end:]}" for number in range(min(count, 10_000))
            }
    return sorted(wanted - there)


def _of_patterns(
    paths: Sequence[str], configs: Sequence[Mapping[str, Any]], asked: Asked
) -> dict[str, list[str]]:
    """The files that the recipe names, by split; the card tells subsets and splits where it has some."""
    named = [path for path in matching(paths, asked.files) if is_readable(path)]
    if not named:
        raise _not_there("readable file", ", ".join(asked.files), paths, asked)
    if configs and (asked.subset or asked.split):
        return _of_config(named, configs, asked)
    if asked.subset is not None:
        named = [path for path in named if asked.subset in path.split("/")[:-1]]
        if not named:
            raise _not_there("subset", asked.subset, [], asked)
    return _by_split(named)


def _of_config(
    paths: Sequence[str], configs: Sequence[Mapping[str, Any]], asked: Asked
) -> dict[str, list[str]]:
    config = _chosen_config(configs, asked)
    folder = str(config.get("data_dir") or "").strip("/.")
    inside = [path for path in paths if path.startswith(f"{folder}/")] if folder else list(paths)
    named = config.get("data_files")
    if not named:
        return _by_names(inside, asked)
    return {
        split: [path for path in matching(paths, _below(folder, patterns)) if is_readable(path)]
        for split, patterns in _patterns(named)
    }


def _chosen_config(configs: Sequence[Mapping[str, Any]], asked: Asked) -> Mapping[str, Any]:
    names = [str(config.get("config_name", "default")) for config in configs]
    if asked.subset is not None:
        if asked.subset not in names:
            raise _not_there("subset", asked.subset, names, asked)
        return configs[names.index(asked.subset)]
    for config, name in zip(configs, names, strict=True):
        if config.get("default") is True or name == "default" or len(configs) == 1:
            return config
    raise DataError(
        f"{asked.name} has {len(names)} subsets and none is its default one: {_some(names)}.",
        where=asked.name,
        fix=f"say which, e.g. `subset: {names[0]}` beside its name in the recipe",
    )


def _of_names(paths: Sequence[str], asked: Asked) -> dict[str, list[str]]:
    if asked.subset is None:
        return _by_names(paths, asked)
    inside = [path for path in paths if asked.subset in path.split("/")[:-1]]
    if not any(map(is_material, inside)):
        folders = sorted(
            {"/".join(p.split("/")[:-1]) for p in paths if "/" in p and is_material(p)}
        )
        raise _not_there("subset", asked.subset, folders, asked)
    return _by_names(inside, asked)


def _by_names(paths: Sequence[str], asked: Asked) -> dict[str, list[str]]:
    material = [path for path in paths if is_material(path)]
    chosen = _one_format(material) or [p for p in material if _is_document(p) or _is_archive(p)]
    if not chosen:
        raise _no_data(paths, asked)
    return _by_split(chosen, with_untold=False)


def _by_split(paths: Sequence[str], *, with_untold: bool = True) -> dict[str, list[str]]:
    """Files by the split that their names tell; those that tell none count where no file tells one.

    Args:
        paths: The files.
        with_untold: Whether those without a split count as `train` beside others too.
    """
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(split_of(path), []).append(path)
    untold = found.pop("", [])
    if untold and (with_untold or not found):
        found[ALL] = [*found.get(ALL, []), *untold]
    return found


def _one_format(paths: Sequence[str]) -> list[str]:
    """One format of those that hold every split: the same rows often lie there in several."""
    splits = {split_of(path) for path in paths if row_format(path)}
    splits = splits - {""} or splits
    for name in ROW_FORMATS:
        found = [path for path in paths if row_format(path) == name]
        if found and splits <= {split_of(path) for path in found}:
            return found
    return [path for path in paths if row_format(path)]


def _patterns(named: Any) -> list[tuple[str, list[str]]]:  # noqa: ANN401
    """`data_files` of a card: one path, a list of paths, or a list of {split, path}."""
    entries: list[Any] = named if isinstance(named, list) else [named]
    by_split: dict[str, list[str]] = {}
    for entry in entries:
        is_mapping = isinstance(entry, Mapping)
        split = str(entry.get("split", ALL)) if is_mapping else ALL
        paths = entry.get("path", []) if is_mapping else entry
        by_split.setdefault(split, []).extend(
            [str(path) for path in (paths if isinstance(paths, list) else [paths])]
        )
    return list(by_split.items())


def _below(folder: str, patterns: Sequence[str]) -> list[str]:
    return [f"{folder}/{p}" for p in patterns] if folder else list(patterns)


def _shape(pattern: str) -> re.Pattern[str]:
    pattern = pattern.removeprefix("./").strip("/")
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])", pattern)
    shapes = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    made = "".join(
        shapes.get(part, part.replace("[!", "[^") if part.startswith("[") else re.escape(part))
        for part in parts
    )
    return re.compile(rf"{made}(?:/.*)?")


def _configs(card: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    configs = card.get("configs")
    found = configs if isinstance(configs, list) else []
    return [config for config in found if isinstance(config, Mapping)]


def _suffix(path: str) -> str:
    """The last suffix in small letters, the one below it for `.gz` and the like."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _stem(path: str) -> str:
    return PurePosixPath(path).name.lower().split(".")[0]


def _is_document(path: str) -> bool:
    return _suffix(path) in DOCUMENT_SUFFIXES


def _is_archive(path: str) -> bool:
    return _suffix(path) in ARCHIVES


def _no_data(paths: Sequence[str], asked: Asked) -> DataError:
    script = f"{asked.name.split('/')[-1]}.py"
    scripts = sorted(path for path in paths if "/" not in path and path.endswith(".py"))
    if scripts:
        named = script if script in scripts else scripts[0]
        return DataError(
            f"{asked.name} holds no data, only a script that would fetch it ({named}). Kitae never runs "
            "code that comes with data.",
            where=f"{asked.name}, file {named}",
            fix="take the copy that the hub converted: `revision: refs/convert/parquet` beside its name "
            "in the recipe; or look for a copy of the dataset with data files",
        )
    return DataError(
        f"{asked.name} holds no file that can be read as rows or documents ({len(paths)} files"
        f"{', e.g. ' + paths[0] if paths else ''}).",
        where=asked.name,
        fix=f"take a dataset with {', '.join(ROW_FORMATS)} or text files",
    )


def _not_there(kind: str, wanted: str, there: Sequence[str], asked: Asked) -> NotFoundError:
    near = get_close_matches(wanted, there, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return NotFoundError(
        f"{asked.name} has no {kind} {wanted!r}.",
        where=asked.name,
        fix=f"{hint}there are: {_some(there) or 'none'}",
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more
