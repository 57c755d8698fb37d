"""A MkDocs directory or zip in, its files and its order of reading out. No database."""

import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import basename, dirname
from typing import Any

import yaml

from guide.markdown import one_line

MEGABYTE = 1024 * 1024
MOST_FILES = 2000
LARGEST_FILE = 5 * MEGABYTE
LARGEST_PROJECT = 50 * MEGABYTE
LARGEST_CONFIGURATION = 200_000
# Text packs to a tenth; a file that packs to a hundredth was made to fill a disk.
HIGHEST_RATIO = 100
DEEPEST_NAV = 6
LONGEST_NAME = 200

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


class ImportRefused(Exception):
    """The guide as a whole cannot come in; the text says why, in one sentence."""


@dataclass(frozen=True)
class Finding:
    """Something to tell whoever imports, and where it is. Line 0: the file as a whole."""

    page: str
    line: int
    message: str


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
    """Read a MkDocs project. Raises ImportRefused."""
    files = Zip(path) if path.is_file() else Directory(path)
    configuration = files.configuration()
    settings = parsed(configuration)
    docs = str(PurePosixPath(text_of(settings, "docs_dir") or "docs"))
    warnings: list[Finding] = []
    contents = dict(files.below(docs, warnings))
    documents = {name: content for name, content in contents.items() if name.endswith(".md")}
    if not documents:
        raise ImportRefused(f"There is no page (*.md) in the folder {docs} of {path.name}.")
    return Project(
        name=files.name,
        title=text_of(settings, "site_name") or files.name,
        description=text_of(settings, "site_description"),
        licence=re.sub(r"<[^>]*>|&\w+;", " ", text_of(settings, "copyright")).strip(),
        source_url=web_address(settings, "repo_url") or web_address(settings, "site_url"),
        nav=in_reading_order(settings.get("nav"), documents, configuration, warnings),
        documents=documents,
        assets=shown(contents, warnings),
        warnings=warnings,
    )


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


# Files ------------------------------------------------------------------------------------------


class Directory:
    """A MkDocs project on disk. Hidden files and links that lead outside are no part of it."""

    def __init__(self, path: Path) -> None:
        self.root = path.resolve()
        self.name = self.root.name
        if not self.root.is_dir():
            raise ImportRefused(f"There is no file or folder {path}.")

    def configuration(self) -> str:
        for name in ("mkdocs.yml", "mkdocs.yaml"):
            file = self.root / name
            if file.is_file():
                return configuration_text(file.read_bytes()[: LARGEST_CONFIGURATION + 1])
        raise ImportRefused(
            f"There is no mkdocs.yml in {self.root.name}: a guide is a MkDocs project."
        )

    def below(self, docs: str, warnings: list[Finding]) -> Iterator[tuple[str, bytes]]:
        folder = (self.root / docs).resolve()
        if not folder.is_relative_to(self.root):
            raise ImportRefused("The docs_dir of mkdocs.yml lies outside the project.")
        limits = Limits()
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if hidden(name) or file.is_dir():
                continue
            if not file.resolve().is_relative_to(folder) or not file.is_file():
                warnings.append(
                    Finding(name, 0, "This is a link that leads outside; it was left out.")
                )
            elif limits.admit(name, file.stat().st_size, warnings):
                yield name, file.read_bytes()


class Zip:
    """A MkDocs project in a zip, at its top or in its only folder; nothing may lead outside."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError):
            raise ImportRefused(f"{path.name} is neither a folder nor a zip file.") from None
        self.members = {}
        for member in self.archive.infolist():
            refuse_hostile(member)
            if not member.is_dir():
                self.members[member.filename] = member
        tops = sorted(
            (n for n in self.members if basename(n) in {"mkdocs.yml", "mkdocs.yaml"}), key=len
        )
        if not tops or tops[0].count("/") > 1:
            raise ImportRefused(
                f"There is no mkdocs.yml in {path.name}: a guide is a MkDocs project."
            )
        self.mkdocs = tops[0]

    def configuration(self) -> str:
        member = self.members[self.mkdocs]
        if member.file_size > LARGEST_CONFIGURATION:
            return configuration_text(b" " * member.file_size)
        return configuration_text(self._read(member))

    def below(self, docs: str, warnings: list[Finding]) -> Iterator[tuple[str, bytes]]:
        folder = str(PurePosixPath(dirname(self.mkdocs)) / docs) + "/"
        limits = Limits()
        for full_name, member in sorted(self.members.items()):
            name = full_name.removeprefix(folder)
            if full_name.startswith(folder) and not hidden(name):
                limits.admit_packed(member)
                if limits.admit(name, member.file_size, warnings):
                    yield name, self._read(member)

    def _read(self, member: zipfile.ZipInfo) -> bytes:
        try:
            return self.archive.read(member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
            raise ImportRefused(f"{member.filename} in the zip file cannot be unpacked.") from None


def refuse_hostile(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise ImportRefused(f"The zip file holds a path that leads outside: {member.filename}.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ImportRefused(f"The zip file holds a link: {member.filename}.")


class Limits:
    """What has been read so far, against the limits above."""

    def __init__(self) -> None:
        self.files = self.size = 0

    def admit(self, name: str, size: int, warnings: list[Finding]) -> bool:
        """Count one file. False, with a warning, for a strange one; ImportRefused for too many."""
        if not name.isprintable() or len(name) > LONGEST_NAME:
            warnings.append(Finding(repr(name[:80]), 0, "The app cannot address this file name."))
            return False
        if size > LARGEST_FILE:
            megabytes = LARGEST_FILE // MEGABYTE
            warnings.append(
                Finding(name, 0, f"This file is larger than {megabytes} MB; it was left out.")
            )
            return False
        self.files += 1
        self.size += size
        if self.files > MOST_FILES:
            raise ImportRefused(f"The guide has more than {MOST_FILES:,} files.")
        if self.size > LARGEST_PROJECT:
            raise ImportRefused(f"The guide is larger than {LARGEST_PROJECT // MEGABYTE} MB.")
        return True

    def admit_packed(self, member: zipfile.ZipInfo) -> None:
        if member.file_size > MEGABYTE and member.file_size > HIGHEST_RATIO * member.compress_size:
            raise ImportRefused(f"{member.filename} in the zip file unpacks to too much.")


def hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def configuration_text(content: bytes) -> str:
    if len(content) > LARGEST_CONFIGURATION:
        raise ImportRefused(f"mkdocs.yml is larger than {LARGEST_CONFIGURATION // 1000} kB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused("mkdocs.yml is not UTF-8 text.") from None
