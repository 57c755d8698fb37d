"""A MkDocs directory or zip in, its files and its order of reading out. No database."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import basename, dirname
from typing import Any

import yaml

from guide.files import Directory, Finding, ImportRefused, Zip
from guide.markdown import one_line

DEEPEST_NAV = 6

# What a browser may be given under this installation's own name. SVG goes out sandboxed.
CONTENT_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".yaml": "text/plain; charset=utf-8",
    ".yml": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class NavEntry:
    """A page's place in the contents. `label` and `group` are empty where the nav gives none."""

    file: str
    label: str = ""
    group: str = ""


@dataclass
class Project:
    """Files by their path below docs_dir. `nav` holds every page once, in the order of reading."""

    name: str
    title: str
    description: str
    licence: str
    source_url: str
    nav: list[NavEntry]
    documents: dict[str, bytes]
    assets: dict[str, bytes]
    warnings: list[Finding] = field(default_factory=list)


class Loader(yaml.SafeLoader):
    """Safe YAML that takes tags such as !ENV and !!python/name for nothing."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave merge keys alone: nested, a few lines of them fill the memory."""


def nothing(loader: Loader, node: yaml.Node) -> None:
    return None


Loader.add_constructor(None, nothing)


def read_project(path: Path) -> Project:
    """Read a MkDocs project from a folder or a zip. Raises ImportRefused."""
    if not path.is_file():
        return project_of(Directory(path))
    with path.open("rb") as file:
        return project_of(Zip(file, path.name))


def project_of(files: Directory | Zip) -> Project:
    """Read a MkDocs project from its files. Raises ImportRefused."""
    configuration = files.configuration()
    settings = parsed(configuration)
    docs = str(PurePosixPath(text_of(settings, "docs_dir") or "docs"))
    warnings = list(left_alone(settings, configuration))
    contents = dict(files.below(docs, warnings))
    documents = {name: content for name, content in contents.items() if name.endswith(".md")}
    if not documents:
        raise ImportRefused(f"There is no page (*.md) in the folder {docs} of {files.name}.")
    return Project(
        name=files.name,
        title=text_of(settings, "site_name") or files.name,
        description=text_of(settings, "site_description"),
        licence=licence_of(settings, files),
        source_url=web_address(settings, "repo_url") or web_address(settings, "site_url"),
        nav=in_reading_order(settings.get("nav"), documents, configuration, warnings),
        documents=documents,
        assets=shown(contents, warnings),
        warnings=warnings,
    )


def left_alone(settings: dict[str, Any], configuration: str) -> Iterator[Finding]:
    """Say what of mkdocs.yml would change the guide, and does not here."""
    if "INHERIT" in settings:
        line = line_of("INHERIT", configuration)
        yield Finding("mkdocs.yml", line, "Other files are not read into mkdocs.yml (INHERIT).")


def licence_of(settings: dict[str, Any], files: Directory | Zip) -> str:
    """Return the copyright as mkdocs.yml names it, else what its LICENSE file calls itself."""
    named = re.sub(r"<[^>]*>|&\w+;", " ", text_of(settings, "copyright")).strip()
    if named:
        return named
    lines = (
        line.strip(" #=*\t") for line in files.licence().decode("utf-8", "ignore").splitlines()
    )
    return one_line(next((line for line in lines if line), ""))


def parsed(configuration: str) -> dict[str, Any]:
    try:
        settings = yaml.load(configuration, Loader)  # noqa: S506 - a SafeLoader, see above
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ImportRefused(
            f"mkdocs.yml is not valid YAML: {error.problem}, line {line}."
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ImportRefused("mkdocs.yml is not valid YAML.") from None
    if not isinstance(settings, dict):
        raise ImportRefused("mkdocs.yml holds no settings.")
    return settings


def text_of(settings: dict[str, Any], name: str) -> str:
    value = settings.get(name)
    return one_line(value) if isinstance(value, str) else ""


def web_address(settings: dict[str, Any], name: str) -> str:
    value = text_of(settings, name)
    return value if re.match(r"https?://\S+\Z", value) and len(value) <= 200 else ""


def shown(contents: dict[str, bytes], warnings: list[Finding]) -> dict[str, bytes]:
    """Return the files that pages may show or link to, and warn of the others."""
    assets = {}
    for name, content in contents.items():
        if content_type(name):
            assets[name] = content
        elif not name.endswith(".md"):
            warnings.append(
                Finding(name, 0, "Files of this kind are not shown in a guide; it was left out.")
            )
    return assets


def content_type(name: str) -> str:
    return CONTENT_TYPES.get(PurePosixPath(name).suffix.lower(), "")


# Order of reading -------------------------------------------------------------------------------


def in_reading_order(
    nav: Any, documents: Iterable[str], configuration: str, warnings: list[Finding]
) -> list[NavEntry]:
    """Return every page once: those of the nav in its order, then the others under "More pages"."""
    left = set(documents)
    if nav is None:
        return [NavEntry(file, group=folder_title(file)) for file in sorted(left, key=index_first)]
    order = []
    for entry in entries(nav, set()):
        if re.match(r"(\w+:)?//|mailto:", entry.file):
            continue
        if entry.file in left:
            left.remove(entry.file)
            order.append(entry)
        elif entry.file not in documents:
            line = line_of(entry.file, configuration)
            message = f"The nav names {entry.file}, which is not a page of this guide."
            warnings.append(Finding("mkdocs.yml", line, message))
    return order + [NavEntry(file, group="More pages") for file in sorted(left, key=index_first)]


def entries(
    nav: Any, walked: set[int], label: str = "", groups: tuple[str, ...] = ()
) -> Iterator[NavEntry]:
    """Walk the nav. A group inside a group is named with both titles.

    `walked` keeps YAML aliases, which repeat one object, from being walked for ever.
    """
    if isinstance(nav, str):
        yield NavEntry(nav.removeprefix("./"), label, " / ".join(groups))
    if not isinstance(nav, dict | list) or id(nav) in walked:
        return
    walked.add(id(nav))
    if isinstance(nav, dict):
        for title, below in nav.items():
            yield from entries(below, walked, one_line(str(title or "")), groups)
        return
    if len(groups) == DEEPEST_NAV:
        raise ImportRefused(f"The nav in mkdocs.yml is nested more than {DEEPEST_NAV} deep.")
    for each in nav:
        yield from entries(each, walked, groups=(*groups, label) if label else groups)


def folder_title(file: str) -> str:
    """Return the group of a page when there is no nav, as MkDocs names it after the folders."""
    words = [re.sub(r"[-_]+", " ", folder) for folder in dirname(file).split("/") if folder]
    return " / ".join(word[:1].upper() + word[1:] for word in words)


def index_first(file: str) -> tuple[str, bool, str]:
    return dirname(file), basename(file) not in {"index.md", "README.md"}, file


def line_of(wanted: str, text: str) -> int:
    """Return the first line that holds the words, counted from 1, or 0."""
    found = text.find(wanted)
    return text.count("\n", 0, found) + 1 if found >= 0 else 0
