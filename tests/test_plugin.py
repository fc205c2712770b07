"""Whole builds: a minimal, the complete and a broken project; what the plugin promises to MkDocs."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import icalendar
import pytest
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

PEOPLE = """
people:
  - id: mia
    name: Mia <Köster> & Co
    department: marketing
departments:
  - id: marketing
    name: Marketing
    head: mia
    functions: [sales, marketing, operations, customer service, finance, technology, HR]
"""
RISKS = """
risks:
  - id: R-1
    title: Lost rankings
    kind: threat
    likelihood: 2
    impact: 3
    owner: mia
    status: open
"""
MINIMAL = {
    "project/project.yml": "id: shop\nname: New shop\n",
    "project/people.yml": PEOPLE,
    "project/risks.yml": RISKS,
    "docs/notes.md": "# Notes\n\nSee [[R-1]] and [the risks](risks.md#R-1).\n",
}


@dataclass(frozen=True)
class Built:
    """A built site and what was logged."""

    folder: Path
    log: list[logging.LogRecord]

    def page(self, path: str) -> str:
        """The HTML of a page."""
        return (self.folder / path).read_text("utf-8")

    def said(self, level: int = logging.WARNING) -> list[str]:
        """What was logged at this level."""
        return [record.getMessage() for record in self.log if record.levelno == level]


Build = Callable[..., Built]


@pytest.fixture
def make(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Build:
    """Write files, build, and hand back the site; `settings` go into mkdocs.yml, `options` to the plugin."""

    def run(
        files: Mapping[str, str] | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        strict: bool = False,
        dirty: bool = False,
        **settings: Any,
    ) -> Built:
        for name, content in (MINIMAL if files is None else {**MINIMAL, **files}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        plugin = {"as_of": "2026-03-02", **(options or {})}
        content = {
            "site_name": "Shop",
            "theme": {"name": "material", "font": False},
            "plugins": ["search", {"ecompm": plugin}],
            **settings,
        }
        (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
        caplog.clear()
        with caplog.at_level(logging.INFO):
            config = load_config(str(tmp_path / "mkdocs.yml"), strict=strict)
            config.plugins.on_startup(command="build", dirty=dirty)
            build(config, dirty=dirty)
        return Built(tmp_path / "site", list(caplog.records))

    return run


def mkdocs(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """MkDocs as a user starts it. (With `--quiet` it would count no warnings, and `--strict` would never fail.)"""
    command = [sys.executable, "-m", "mkdocs", "build", *arguments]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # Material's own notice, which has the word in it
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


# --- whole builds -------------------------------------------------------------------------------------------------


def test_a_minimal_project_builds_strictly(make: Build) -> None:
    built = make(strict=True)
    assert built.said() == []
    assert "Lost rankings" in built.page("risks/index.html")
    assert (built.folder / "index.html").is_file()


def test_the_plugin_twice_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: Shop\nplugins:\n  - ecompm\n  - ecompm: {project: second}\n")
    done = mkdocs(tmp_path)
    assert done.returncode == 1
    assert "mkdocs.yml lists the plugin more than once, but a site shows one project." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_complete_project_builds_strictly(tmp_path: Path, checkout: Path) -> None:
    (tmp_path / "docs").mkdir()
    settings = {
        "site_name": "Example",
        "theme": {"name": "material", "font": False},
        "plugins": ["search", {"ecompm": {"project": str(checkout / "project"), "as_of": "2026-05-25"}}],
    }
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(settings))
    done = mkdocs(tmp_path, "--strict")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/timeline/index.html").is_file()


def test_a_broken_project_still_builds_but_not_strictly(make: Build, tmp_path: Path) -> None:
    broken = {"project/risks.yml": RISKS.replace("likelihood: 2", "likelihood: 9"), "project/charter.yml": "a: [\n"}
    built = make(broken)
    assert [line.rpartition("[")[2] for line in built.said()] == ["yaml-syntax]", "value-out-of-range]"]
    assert "must be 1 to 5" in built.page("findings/index.html")
    assert mkdocs(tmp_path).returncode == 0
    assert mkdocs(tmp_path, "--strict").returncode == 1


def test_a_starter_builds_strictly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = "from mkdocs_ecompm.cli import main; main()"
    subprocess.run([sys.executable, "-c", code, "init", "shop"], check=True, capture_output=True)
    subprocess.run(["git", "init", "-q", "shop"], check=True)
    done = mkdocs(tmp_path / "shop", "--strict")
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_mistakes_are_warnings_and_how_the_project_stands_is_not(make: Build) -> None:
    late = "obligations:\n  - id: O-1\n    party: mia\n    what: Texts\n    due: 2026-01-01\n    process: [write]\n"
    built = make({"project/obligations.yml": late}, strict=True)
    assert built.said() == []
    assert any("[obligation-overdue]" in line for line in built.said(logging.INFO))


# --- pages --------------------------------------------------------------------------------------------------------


def test_every_link_of_every_page_leads_somewhere(make: Build) -> None:
    built = make(site_url="https://shop.example/sub/path/")
    for path in built.folder.rglob("*.html"):
        assert "ecompm:" not in path.read_text("utf-8"), path


@pytest.mark.parametrize(
    ("settings", "options", "page", "link"),
    [
        ({}, {}, "notes/index.html", '"../risks/#R-1"'),
        ({"use_directory_urls": False}, {}, "notes.html", '"risks.html#R-1"'),
        ({}, {"path": "plan"}, "notes/index.html", '"../plan/risks/#R-1"'),
        ({"use_directory_urls": False}, {"path": "/plan/"}, "notes.html", '"plan/risks.html#R-1"'),
    ],
)
def test_links_fit_the_site(
    make: Build, settings: Mapping[str, Any], options: Mapping[str, Any], page: str, link: str
) -> None:
    built = make({"docs/notes.md": "# Notes\n\nSee [[R-1]].\n"}, options=options, strict=True, **settings)
    assert f"href={link}" in built.page(page)


def test_a_link_shown_as_code_stays_as_it_is(make: Build) -> None:
    page = make({"docs/notes.md": '[[R-1]]\n\n    <a href="ecompm:risks">\n'}).page("notes/index.html")
    assert '&lt;a href="ecompm:risks"&gt;' in page
    assert 'href="../risks/#R-1"' in page


def test_a_page_written_by_hand_wins(make: Build) -> None:
    built = make({"docs/risks/index.md": "# My own risks\n", "docs/notes.md": "[[R-1]]"})
    assert "My own risks" in built.page("risks/index.html")
    assert "Lost rankings" not in built.page("risks/index.html")
    assert 'href="../risks/#R-1"' in built.page("notes/index.html")


OWED = "obligations:\n  - id: O-1\n    party: mia\n    what: Texts\n    due: 2026-06-01\n    process: [write]\n"


@pytest.mark.parametrize(
    ("settings", "options", "page", "link", "address"),
    [
        ({}, {}, "people/mia/index.html", "../mia.ics", None),
        ({}, {"path": "plan"}, "plan/people/mia/index.html", "../mia.ics", None),
        ({"use_directory_urls": False}, {}, "people/mia.html", "mia.ics", None),
        ({"site_url": "https://shop.example/x/"}, {}, "this-week/index.html", "../calendar.ics", "obligations/#O-1"),
    ],
)
def test_calendars_to_subscribe_to(  # noqa: PLR0917
    make: Build, settings: Mapping[str, Any], options: Mapping[str, Any], page: str, link: str, address: str | None
) -> None:
    files = {"project/obligations.yml": OWED, "docs/notes.md": "# Notes\n"}
    built = make(files, options=options, strict=True, **settings)
    assert f'href="{link}"' in built.page(page)
    file = (built.folder / page).parent / link
    (event,) = icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert str(event["UID"]) == "obligation-obligations-O-1@shop"
    assert event.get("URL") == (f"https://shop.example/x/{address}" if address else None)


def test_a_calendar_belongs_to_its_page(make: Build) -> None:
    built = make({"project/obligations.yml": OWED, "docs/people/mia.ics": "mine"}, options={"exclude": ["this-week"]})
    assert not (built.folder / "calendar.ics").exists()
    assert built.page("people/mia.ics") == "mine"
    hidden = make(options={"exclude": ["obligations"]})
    assert b"Texts" not in (hidden.folder / "calendar.ics").read_bytes()


def test_titles_and_contents_are_escaped(make: Build) -> None:
    page = make().page("people/mia/index.html")
    assert "<Köster>" not in page
    assert "&lt;Köster&gt; &amp; Co" in page


@pytest.mark.parametrize("theme", ["mkdocs", "material"])
def test_the_edit_link_leads_to_the_line(make: Build, theme: str) -> None:
    built = make(
        repo_url="https://github.com/shop/plan",
        edit_uri="edit/main/docs/",
        theme={"name": theme, "features": ["content.action.edit"]},
    )
    page = built.page("people/mia/index.html").partition('class="ecompm')
    assert 'href="https://github.com/shop/plan/edit/main/project/people.yml#L3"' in page[0] + page[2][-3000:]
    assert 'href="https://github.com/shop/plan/edit/main/docs/notes.md"' in built.page("notes/index.html")


@pytest.mark.parametrize(("anchor", "expected"), [("R-1", 0), ("R-2", 1)])
def test_anchors_of_our_pages_are_known(make: Build, anchor: str, expected: int) -> None:
    built = make({"docs/notes.md": f"[risk](risks.md#{anchor})\n"}, validation={"anchors": "warn"})
    assert len(built.said()) == expected


def test_missing_records_are_warnings_with_their_page(make: Build) -> None:
    built = make({"docs/notes.md": "[[R-2]]"})
    assert built.said() == ["ecompm: notes.md: [[R-2]]: there is no such record; did you mean `R-1`?"]


def test_records_can_be_searched_by_their_title(make: Build) -> None:
    index = json.loads(make().page("search/search_index.json"))
    found = [entry["location"] for entry in index["docs"] if "Lost rankings" in entry["title"] + entry["text"]]
    assert any(location.startswith("risks/") for location in found)


def test_styles_and_script_come_with_the_site_and_from_no_other_host(make: Build) -> None:
    built = make()
    page = built.page("risks/index.html")
    assert '<link rel="stylesheet" href="../assets/ecompm.css">' in page
    assert '<script src="../assets/ecompm.js" defer></script>' in page
    assert (built.folder / "assets/ecompm.css").stat().st_size > 0
    assert "https://" not in page.replace('href="https://squidfunk.github.io/mkdocs-material/"', "").replace(
        "https://github.com/squidfunk", ""
    )


def test_the_derived_project_is_published(make: Build) -> None:
    built = make(options={"path": "plan", "exclude": ["risks"]})
    published = json.loads(built.page("plan/ecompm.json"))
    assert published["as_of"] == "2026-03-02"
    assert "risks" not in published["registers"]
    assert not (built.folder / "plan/risks").exists()


# --- navigation ---------------------------------------------------------------------------------------------------


def sections(page: str) -> list[str]:
    """Page links of the main navigation, in order."""
    start = page.index("md-nav--primary")
    return [part.partition('"')[0] for part in page[start:].split('<a href="')[1:] if "md-nav__link" in part[:120]]


def test_without_a_nav_the_pages_follow_the_site_map(make: Build) -> None:
    links = [link for link in sections(make().page("notes/index.html")) if not link.startswith(("#", "./"))]
    assert links == ["..", "../this-week/", "../risks/", "../people/", "../findings/"]


def test_below_a_path_the_pages_have_a_section_of_their_own(make: Build) -> None:
    page = make({"docs/index.md": "# Welcome\n"}, options={"path": "plan"}).page("index.html")
    assert sections(page)[0] in (".", "./", "#")
    assert "New shop" in page
    assert page.index("New shop") < page.index("Money &amp; risk") < page.index("notes/")


def test_an_explicit_nav_is_kept_without_a_word_about_our_pages(make: Build) -> None:
    built = make(nav=["notes.md", {"What can go wrong": "risks.md"}], strict=True)
    assert [link for link in sections(built.page("notes/index.html")) if not link.startswith(("#", "./"))] == [
        "../risks/"
    ]
    assert "What can go wrong" in built.page("notes/index.html")
    assert not any("not included in the" in line for line in built.said(logging.INFO))
    assert (built.folder / "findings/index.html").is_file()


# --- serving, options, errors -------------------------------------------------------------------------------------


def test_a_broken_save_while_serving_is_mended_by_the_next(make: Build, tmp_path: Path) -> None:
    assert make().said() == []
    assert "yaml-syntax" in make({"project/risks.yml": "risks: [\n"}).said()[0]
    assert "Lost rankings" in make().page("risks/index.html")
    config = load_config(str(tmp_path / "mkdocs.yml"))
    config.plugins.on_config(config)
    assert str(tmp_path / "project") in config.watch


def test_a_broken_template_is_said_on_its_page_and_mended_by_the_next_save(make: Build, tmp_path: Path) -> None:
    built = make({"project/templates/pages/risks.html.jinja": "{% if %}"})
    assert len(built.said()) == 1
    assert "ecompm-problem" in built.page("risks/index.html")
    assert "ecompm-problem" not in built.page("findings/index.html")
    (tmp_path / "project/templates/pages/risks.html.jinja").unlink()
    assert "Lost rankings" in make().page("risks/index.html")


def test_a_dirty_build_keeps_the_pages(make: Build) -> None:
    make()
    assert "Found rankings" in make({"project/risks.yml": RISKS.replace("Lost", "Found")}, dirty=True).page(
        "risks/index.html"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"as_of": "next week"}, "Expected a day as YYYY-MM-DD"),
        ({"trust_root": "abc"}, "Expected a full commit id"),
        ({"exclude": ["riks"]}, "Expected one of"),
        ({"repository": "nowhere"}, "isn't an existing directory"),
        ({"projekt": "x"}, "Unrecognised configuration name: projekt"),
    ],
)
def test_wrong_options_are_said(
    make: Build, caplog: pytest.LogCaptureFixture, options: Mapping[str, Any], said: str
) -> None:
    if "projekt" in options:
        make(options=options)
    else:
        with pytest.raises(Abort):
            make(options=options)
    assert said in caplog.text


def test_no_project_folder_is_a_sentence(make: Build, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Abort):
        make(options={"project": "plan"})
    assert "There is no" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("plugins", "theme"),
    [
        (["tags"], {"name": "material", "features": ["navigation.instant", "navigation.indexes", "toc.integrate"]}),
        (["offline"], {"name": "material", "features": ["navigation.tabs", "navigation.prune"]}),
        ([], {"name": "mkdocs"}),
        ([], {"name": "readthedocs"}),
    ],
)
def test_it_lives_with_other_plugins_and_themes(make: Build, plugins: list[str], theme: Mapping[str, Any]) -> None:
    ours = {"ecompm": {"as_of": "2026-03-02"}}
    built = make(strict=True, plugins=["search", *plugins, ours], theme={"font": False, **theme})
    page = "risks.html" if "offline" in plugins else "risks/index.html"
    assert "Lost rankings" in built.page(page)


def test_a_site_in_two_languages_has_the_pages_in_both(make: Build) -> None:
    languages = [
        {"locale": "en", "name": "English", "default": True, "build": True},
        {"locale": "de", "name": "Deutsch", "build": True},
    ]
    plugins = ["search", {"i18n": {"languages": languages}}, {"ecompm": {"as_of": "2026-03-02"}}]
    built = make({"docs/notes.md": "# Notes\n\nSee [[R-1]].\n"}, strict=True, plugins=plugins)
    for folder in ("", "de/"):
        assert "Lost rankings" in built.page(f"{folder}risks/index.html")
        assert 'href="../risks/#R-1"' in built.page(f"{folder}notes/index.html")
        assert "Money &amp; risk" in built.page(f"{folder}notes/index.html")
        assert 'href="../mia.ics"' in built.page(f"{folder}people/mia/index.html")
        assert built.page(f"{folder}people/mia.ics").startswith("BEGIN:VCALENDAR")


def test_compiled_templates_are_kept_where_it_is_said(make: Build, tmp_path: Path) -> None:
    make()
    kept = {path.name.partition("_")[0] for path in (tmp_path / ".cache/ecompm").iterdir()}
    assert kept >= {"page", "theme"}  # ours and the theme's
    make(options={"cache_dir": "elsewhere"})
    assert any((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("pretty", [True, False])
def test_an_id_that_is_called_like_the_page_of_its_folder_has_a_page_of_its_own(make: Build, pretty: bool) -> None:
    people = PEOPLE.replace(
        "departments:",
        "  - {id: index, name: Ida Index}\n  - {id: README, name: Rea Dme}\n"
        "  - {id: index.html, name: Ina Html}\n  - {id: mia.ics, name: Mi Aics}\ndepartments:",
    )
    plan = "gates:\n  - {id: index, name: Go, date: 2026-05-01}\n"
    files = {
        "project/people.yml": people,
        "project/timeline.yml": plan,
        "docs/notes.md": "[[people/index]] [[people/README]] [[timeline/index]]\n",
    }
    built = make(files, strict=False, use_directory_urls=pretty)

    def place(path: str) -> str:
        return f"{path}/index.html" if pretty else f"{path}.html"

    assert "Ida Index" in built.page(place("people"))
    assert "Gates" in built.page(place("gates"))
    for path, name in (
        ("people/-index", "Ida Index"),
        ("people/-README", "Rea Dme"),
        ("people/-index.html", "Ina Html"),
        ("people/-mia.ics", "Mi Aics"),
        ("gates/-index", "Gate index: Go"),
    ):
        assert re.search(f"<h1[^>]*>{name}", built.page(place(path)))
    notes = built.page(place("notes"))
    for path in ("people/-index", "people/-README", "gates/-index"):
        assert re.search(f'href="[./]*{path}(/|\\.html)"', notes)
    calendars = {file.name: file for file in built.folder.rglob("*.ics") if file.is_file()}
    assert {"mia.ics", "-mia.ics.ics"} <= set(calendars)
    assert "Ida Index" in icalendar.Calendar.from_ical(calendars["-index.ics"].read_bytes())["X-WR-CALNAME"]
