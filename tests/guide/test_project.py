"""Reading a MkDocs directory or zip: what is in it, in which order, and what is refused."""

import stat
import zipfile
from pathlib import Path

import pytest

from guide import files
from guide.files import Finding, ImportRefused
from guide.project import NavEntry, read_project


def zipped(folder: Path, inside: str = "") -> Path:
    """Pack a project, at the top of the zip or in a folder of it."""
    packed = folder.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, inside + file.relative_to(folder).as_posix())
    return packed


def test_the_nav_gives_the_order_the_labels_and_the_groups(handbook):
    assert read_project(handbook).nav == [
        NavEntry("index.md", "Welcome"),
        NavEntry("on-call/rota.md", "", "On call"),
        NavEntry("on-call/handover.md", "Handing over", "On call"),
        NavEntry("on-call/deeper/nights.md", "", "On call / Deeper"),
        NavEntry("features.md", "Everything Markdown can do"),
        NavEntry("links.md"),
        NavEntry("unnamed.md", "Named by the contents"),
        NavEntry("cycle/one.md", "", "More / Deeper still"),
        NavEntry("cycle/two.md", "", "More / Deeper still"),
        NavEntry("traps.md", "", "More pages"),
    ]


def test_without_a_nav_the_folders_give_the_order(small_guide):
    pages = ["index.md", "b.md", "a-folder/index.md", "a-folder/z.md", "a-folder/deep_er/x.md"]
    nav = read_project(small_guide(dict.fromkeys(pages, "# Hello"))).nav
    assert [(each.file, each.group) for each in nav] == [
        ("index.md", ""),
        ("b.md", ""),
        ("a-folder/index.md", "A folder"),
        ("a-folder/z.md", "A folder"),
        ("a-folder/deep_er/x.md", "A folder / Deep er"),
    ]


def test_a_nav_that_names_a_missing_file_is_reported_with_its_line(handbook):
    assert Finding(
        "mkdocs.yml", 30, "The nav names gone.md, which is not a page of this guide."
    ) in (read_project(handbook).warnings)


def test_tags_that_run_code_or_read_the_environment_are_ignored(handbook, monkeypatch):
    monkeypatch.chdir(handbook)
    assert read_project(handbook).title == "Harbour handbook"
    assert not Path("it-was-obeyed").exists()


def test_the_guide_says_what_it_is_and_under_which_licence(handbook):
    read = read_project(handbook)
    assert read.description == "How Harbour answers its pages."
    assert read.licence == "Copyright Harbour,  CC BY 4.0"
    assert read.source_url == "https://example.org/harbour/handbook"


def test_files_that_a_guide_does_not_show_are_left_out(handbook):
    read = read_project(handbook)
    assert sorted(read.assets) == ["assets/dot.png", "assets/ladder.svg"]
    assert "assets/extra.js" in [each.page for each in read.warnings]


@pytest.mark.parametrize("inside", ["", "handbook-main/"])
def test_a_zip_holds_the_same_project_as_its_folder(handbook, inside):
    folder, archive = read_project(handbook), read_project(zipped(handbook, inside))
    assert (archive.nav, archive.documents, archive.assets) == (
        folder.nav,
        folder.documents,
        folder.assets,
    )


@pytest.mark.parametrize("name", ["../outside.md", "/etc/outside.md", "docs\\..\\..\\outside.md"])
def test_a_zip_with_a_path_that_leads_outside_is_refused(handbook, name):
    packed = zipped(handbook)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, "# Outside")
    with pytest.raises(ImportRefused, match="a path that leads outside"):
        read_project(packed)


def test_a_zip_with_a_link_is_refused(handbook):
    packed = zipped(handbook)
    link = zipfile.ZipInfo("docs/link.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImportRefused, match=r"holds a link: docs/link\.md"):
        read_project(packed)


def test_a_zip_that_unpacks_to_far_more_than_it_is_is_refused(handbook):
    (handbook / "docs" / "bomb.txt").write_bytes(b"0" * 4_000_000)
    with pytest.raises(ImportRefused, match=r"docs/bomb\.txt in the zip file unpacks to too much"):
        read_project(zipped(handbook))


def test_a_zip_that_names_very_many_files_is_refused_before_they_are_read(handbook, monkeypatch):
    packed = zipped(handbook)
    monkeypatch.setattr(files, "LARGEST_DIRECTORY", 500)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(ImportRefused, match="more than 2,000 files"):
        read_project(packed)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"PK\x05\x06" + b"\0" * 18, b"no"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    packed = tmp_path / "guide.zip"
    packed.write_bytes(content)
    with pytest.raises(ImportRefused, match=r"guide\.zip"):
        read_project(packed)


def test_a_damaged_zip_is_refused(handbook):
    packed = zipped(handbook)
    whole = packed.read_bytes()
    packed.write_bytes(whole[:200] + b"\xff" * 50 + whole[250:])
    with pytest.raises(ImportRefused):
        read_project(packed)


def test_a_link_out_of_the_folder_is_left_out(handbook, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret")
    (handbook / "docs" / "link.md").symlink_to(secret)
    read = read_project(handbook)
    assert "link.md" not in read.documents
    assert "link.md" in [each.page for each in read.warnings]


def test_a_link_that_leads_to_itself_is_left_out(handbook):
    (handbook / "docs" / "loop.md").symlink_to("loop.md")
    (handbook / "docs" / "around").symlink_to(handbook / "docs")
    read = read_project(handbook)
    assert "loop.md" in [each.page for each in read.warnings]
    assert not [name for name in read.documents if name.startswith(("loop", "around"))]


@pytest.mark.parametrize(
    ("mkdocs_yml", "licence"),
    [
        ("site_name: S", "MIT License"),
        ("site_name: S\ncopyright: Harbour &copy; 2026, CC0", "Harbour   2026, CC0"),
    ],
)
def test_the_licence_is_that_of_mkdocs_yml_or_of_the_licence_file(small_guide, mkdocs_yml, licence):
    root = small_guide({"index.md": "# A"}, mkdocs_yml)
    (root / "LICENSE").write_text("\n# MIT License\n\nPermission is hereby granted")
    assert read_project(root).licence == read_project(zipped(root)).licence == licence


def test_a_docs_dir_outside_the_project_is_refused(small_guide):
    with pytest.raises(ImportRefused, match="lies outside the project"):
        read_project(small_guide({"index.md": "# A"}, "site_name: S\ndocs_dir: ../.."))


def test_a_file_larger_than_the_limit_is_left_out(handbook, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 300)
    read = read_project(handbook)
    assert "features.md" not in read.documents
    assert "index.md" not in read.documents
    assert Finding("features.md", 0, "This file is larger than 0 MB; it was left out.") in (
        read.warnings
    )


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 3), ("LARGEST_PROJECT", 500)])
def test_a_project_beyond_the_limits_is_refused(handbook, monkeypatch, limit, value):
    monkeypatch.setattr(files, limit, value)
    with pytest.raises(ImportRefused):
        read_project(handbook)


@pytest.mark.parametrize(
    ("mkdocs_yml", "reason"),
    [
        ("nav: [", "mkdocs.yml is not valid YAML"),
        ("- a\n- b", "mkdocs.yml holds no settings"),
        ("site_name: S\nnav: " + "[" * 20_000, "mkdocs.yml is not valid YAML"),
        ("site_name: S\nnav: " + "[{a: " * 9 + "x.md" + "}]" * 9, "nested more than 6 deep"),
        ("#" * 200_001, "larger than 200 kB"),
    ],
)
def test_a_mkdocs_yml_that_cannot_be_read_is_refused(small_guide, mkdocs_yml, reason):
    with pytest.raises(ImportRefused, match=reason):
        read_project(small_guide({"index.md": "# A"}, mkdocs_yml))


def test_aliases_that_multiply_are_walked_once(small_guide):
    layers = ["a0: &a0 [index.md]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    settings = "\n".join(["site_name: S", *layers, "nav: *a11"])
    assert read_project(small_guide({"index.md": "# A"}, settings)).nav == [NavEntry("index.md")]


def test_merge_keys_that_multiply_are_not_followed(small_guide):
    layers = ["m0: &m0 {x: 1}"]
    layers += [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 12)]
    settings = "\n".join(["site_name: S", *layers])
    assert read_project(small_guide({"index.md": "# A"}, settings)).title == "S"


def test_a_folder_without_mkdocs_yml_is_no_guide(tmp_path):
    with pytest.raises(ImportRefused, match=r"There is no mkdocs\.yml"):
        read_project(tmp_path)


def test_a_path_to_nothing_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="There is no file or folder"):
        read_project(tmp_path / "nothing")
