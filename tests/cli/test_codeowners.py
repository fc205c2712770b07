from __future__ import annotations

import fnmatch
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from repositories import SigningKey, TestRepository
from small_shop import write

from mkdocs_ecompm.cli import codeowners as command_module
from mkdocs_ecompm.signoff.codeowners import Claim, Ownership
from mkdocs_ecompm.signoff.codeowners_areas import Area
from mkdocs_ecompm.signoff.codeowners_text import DIALECTS

Run = Callable[..., Result]
GOLDEN = Path(__file__).parent / "codeowners"
FORGES = ("github", "gitlab", "gitea")
OWN = {"github": ".github/CODEOWNERS", "gitlab": ".gitlab/CODEOWNERS", "gitea": ".gitea/CODEOWNERS"}
TRUST = (
    *(f"project/{name}.yml" for name in ("people", "signoffs", "asks")),
    "project/people/new.yml",
    "project/evidence/github.com-7.json",
    "project/templates/pages/charter.html.jinja",
    "project/keys/ana.asc",
    "mkdocs.yml",
)


# --- each forge's own reading of the file: pattern -> owners of a path ------------------------------------------------


class BrokenFileError(Exception):
    """A line that the forge would not take."""


def words(line: str) -> list[str]:
    """Words, split at spaces that have no backslash before them."""
    return re.findall(r"(?:\\.|[^\s\\])+", line)


def globbed(pattern: str) -> re.Pattern[str]:
    """A pattern of GitHub and GitLab, anchored at the root, as ours all are."""
    if not pattern.startswith("/") or re.search(r"[\[\]!#@]", pattern):
        raise BrokenFileError(pattern)
    spelled = {"?": "[^/]", "*": "[^/]*"}
    parts = re.findall(r"\\.|.", pattern[1:])
    body = "".join(spelled.get(part, re.escape(part.removeprefix("\\"))) for part in parts)
    return re.compile(body + (".+" if pattern.endswith("/") else ""))


def logins(names: Iterable[str]) -> set[str]:
    found = list(names)
    if not found or any(not re.fullmatch(r"@[A-Za-z0-9][\w.-]*", name) for name in found):
        raise BrokenFileError(found)
    return {name[1:] for name in found}


def rules(text: str) -> Iterator[tuple[str, set[str]]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            pattern, *names = words(line)
            yield pattern, logins(names)


def github(text: str, path: str) -> set[str]:
    """The last line that matches decides."""
    found: set[str] = set()
    for pattern, owners in rules(text):
        if globbed(pattern).fullmatch(path):
            found = owners
    return found


@dataclass
class Section:
    name: str
    needed: int
    owners: set[str]


def gitlab_sections(text: str, path: str) -> list[Section]:
    """Each section that matches, with the owners of its last line that does."""
    found: dict[str, Section] = {}
    current = None
    for line in text.splitlines():
        if not line or line.startswith("#"):
            assert "@" not in line, "GitLab reads names in comments too"
            continue
        head = re.fullmatch(r"\[(?P<name>[^\]]+)\](?:\[(?P<needed>\d+)\])?", line)
        if head:
            assert head["name"].casefold() not in (name.casefold() for name in found), "sections of one name are one"
            current = found[head["name"]] = Section(head["name"], int(head["needed"] or 1), set())
            continue
        assert current is not None
        pattern, *names = words(line)
        owners = logins(names)
        if globbed(pattern).fullmatch(path):
            current.owners = owners
    matching = [section for section in found.values() if section.owners]
    assert all(section.needed <= len(section.owners) for section in matching)
    return matching


def gitlab(text: str, path: str) -> set[str]:
    return {login for section in gitlab_sections(text, path) for login in section.owners}


def gitea_tokens(line: str) -> list[str]:
    """As Gitea's own reader takes a line apart."""
    tokens, token, escape = [], "", False
    for char in line.strip().replace("\t", " "):
        if escape:
            token, escape = token + char, False
        elif char == "\\":
            escape = True
        elif char == "#":
            break
        elif char == " ":
            tokens, token = [*tokens, token] if token else tokens, ""
        else:
            token += char
    return [*tokens, token] if token else tokens


def gitea(text: str, path: str) -> set[str]:
    """Everybody of every line whose expression is the whole path."""
    found: set[str] = set()
    for line in text.splitlines():
        tokens = gitea_tokens(line)
        if not tokens:
            continue
        assert not tokens[0].startswith("!"), "it would match everything else"
        owners = logins(tokens[1:])
        if re.fullmatch(tokens[0], path):
            found |= owners
    return found


OWNERS: Mapping[str, Callable[[str, str], set[str]]] = {"github": github, "gitlab": gitlab, "gitea": gitea}


def test_the_readers_read_as_the_forges_document_it() -> None:
    assert github("/docs/ @a\n/docs/a\\ b.md @b\n", "docs/a b.md") == {"b"}
    assert github("/docs/ @a\n/docs/x?.md @b\n", "docs/x/.md") == {"a"}
    assert github("/docs/ @a\n", "docs") == set()
    assert [s.name for s in gitlab_sections("[A][2]\n/d/ @a @b\n[B]\n/d/x @c\n/d/x @e\n", "d/x")] == ["A", "B"]
    assert gitlab("[B]\n/d/x @c\n/d/x @e\n", "d/x") == {"e"}
    assert gitea("docs/a\\ b\\\\.md @a\n.*\\\\.md @b # why\n", "docs/a b.md") == {"a", "b"}
    with pytest.raises(BrokenFileError):
        github("/docs/\n", "docs/x")
    assert fnmatch.fnmatchcase("m [1].yml", "m ?1?.yml")


# --- projects ---------------------------------------------------------------------------------------------------------


def person(who: str, *more: str, accounts: Iterable[str] = ("github.com", "gitlab.com", "git.shop.example")) -> str:
    lines = [f"  - id: {who}", f"    name: {who.title()}", *(f"    {line}" for line in more)]
    if accounts:
        lines.append("    accounts:")
    for host in accounts:
        lines += [f"      - host: {host}", "        id: 7", f"        login: {who}-{host.partition('.')[0]}"]
    return "\n".join(lines) + "\n"


def key(who: str) -> str:
    return f'keys: [{{ssh: "{SigningKey.make(who).line}"}}]'


PEOPLE = (
    "trust:\n  admins: [ana, ben]\n  quorum: 2\n  attestors: [collector]\n"
    "people:\n"
    + person("ana", "roles: [sponsor]", key("ana"))
    + person("ben", key("ben"))
    + person("eva")
    + person("tom")
    + person("lea", accounts=())
    + person("old", "active: no")
    + person("collector", "kind: machine")
    + "departments:\n"
    "  - {id: marketing, name: Marketing, head: tom}\n"
    "  - {id: it, name: IT, head: ben, signatories: [eva, old, collector]}\n"
    "  - {id: legal, name: Legal, head: lea}\n"
    "roles:\n  - {id: sponsor, name: Sponsor}\n"
    "deputies:\n  - {for: ana, by: eva, from: 2026-07-01, to: 2026-07-10, artifacts: [charter]}\n"
)
SHOP = {
    "project/project.yml": "id: shop\nname: Shop\n",
    "project/people.yml": PEOPLE,
    "project/signoffs.yml": (
        "signoffs:\n"
        "  - {artifact: charter, approvers: [sponsor, marketing], due: 2026-08-01}\n"
        "  - {artifact: raci/delivery, approvers: [{department: it, count: 2}]}\n"
        "  - {artifact: raci/cutover, approvers: [marketing]}\n"
        "  - {artifact: obligations/*, approvers: [party]}\n"
        "  - {artifact: changes/*, where: {size: large}, approvers: [sponsor]}\n"
        "  - {artifact: budget, approvers: [legal]}\n"
    ),
    "project/charter.yml": "problem: slow\n",
    "project/raci.yml": "matrices:\n  - {id: delivery, name: D}\n  - {id: cutover, name: C}\n",
    "project/obligations/marketing.yml": "obligations:\n  - {id: O-1, party: marketing, what: a}\n",
    "project/obligations/others.yml": (
        "obligations:\n  - {id: O-2, party: it, what: a}\n  - {id: O-3, party: ana, what: b}\n"
    ),
    "project/risks.yml": "risks: []\n",
}


def made(ecompm: Run, folder: Path, forge: str, *arguments: str, project: str = "project") -> tuple[str, str]:
    answer = ecompm("codeowners", "--forge", forge, "--project", str(folder / project), *arguments)
    assert answer.exit_code == 0, answer.output
    return answer.stdout, answer.stderr


def names(found: set[str]) -> set[str]:
    return {login.partition("-")[0] for login in found}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # 2026-01-01
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    return write(tmp_path, SHOP)


@pytest.mark.parametrize("forge", FORGES)
def test_those_who_must_approve_own_the_files(shop: Path, ecompm: Run, forge: str) -> None:
    text, _ = made(ecompm, shop, forge)

    def owners(path: str) -> set[str]:
        return names(OWNERS[forge](text, path))

    assert owners("project/charter.yml") == {"ana", "tom"}
    assert owners("project/raci.yml") == {"ben", "eva", "tom"}  # one file for all its records
    assert owners("project/obligations/marketing.yml") == {"tom"}
    assert owners("project/obligations/others.yml") == {"ben", "eva", "ana"}
    assert owners("project/changes.yml") == owners("project/changes/c.yml") == {"ana"}  # not there yet
    assert owners("project/risks.yml") == owners("README.md") == owners("other/project/charter.yml") == set()


@pytest.mark.parametrize("forge", FORGES)
def test_what_decides_about_trust_is_the_admins_alone(shop: Path, ecompm: Run, forge: str) -> None:
    text, _ = made(ecompm, shop, forge)
    for path in (*TRUST, OWN[forge], "CODEOWNERS", "docs/CODEOWNERS"):
        assert names(OWNERS[forge](text, path)) == {"ana", "ben"}, path
    steering = {"github": ".github/workflows/c.yml", "gitlab": ".gitlab-ci.yml", "gitea": ".gitea/workflows/c.yml"}
    assert names(OWNERS[forge](text, steering[forge])) == {"ana", "ben"}


def test_gitlab_asks_for_each_slot_apart(shop: Path, ecompm: Run) -> None:
    text, _ = made(ecompm, shop, "gitlab")
    found = {section.name: section for section in gitlab_sections(text, "project/raci.yml")}
    assert {name: names(section.owners) for name, section in found.items()} == {
        "raci/delivery by it": {"ben", "eva"},
        "raci/cutover by marketing": {"tom"},
    }
    assert found["raci/delivery by it"].needed == 2
    (trust,) = gitlab_sections(text, "project/people.yml")
    assert (trust.name, trust.needed) == ("trust by admins", 2)


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_new_file_of_a_register_has_owners(shop: Path, ecompm: Run, forge: str) -> None:
    text, _ = made(ecompm, shop, forge)
    assert names(OWNERS[forge](text, "project/obligations/new.yml")) == {"ana", "ben", "eva", "tom"}


@pytest.mark.parametrize("forge", FORGES)
def test_a_register_in_one_file_belongs_to_all_its_parties(shop: Path, ecompm: Run, forge: str) -> None:
    folder = shop / "project/obligations"
    merged = "obligations:\n" + "".join(path.read_text().partition("\n")[2] for path in sorted(folder.iterdir()))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    (shop / "project/obligations.yml").write_text(merged)
    text, _ = made(ecompm, shop, forge)
    assert names(OWNERS[forge](text, "project/obligations.yml")) == {"ana", "ben", "eva", "tom"}


@pytest.mark.parametrize("forge", FORGES)
def test_a_deputy_is_asked_while_it_is_needed_and_for_that_alone(shop: Path, ecompm: Run, forge: str) -> None:
    text, _ = made(ecompm, shop, forge, "--as-of", "2026-07-05")
    assert names(OWNERS[forge](text, "project/charter.yml")) == {"ana", "eva", "tom"}
    assert names(OWNERS[forge](text, "project/changes.yml")) == {"ana"}


@pytest.mark.parametrize("forge", FORGES)
def test_nothing_is_without_an_owner(shop: Path, ecompm: Run, forge: str) -> None:
    text, warnings = made(ecompm, shop, forge)
    assert names(OWNERS[forge](text, "project/budget.yml")) == {"ana", "ben"}
    assert "warning: nobody who can speak for legal has an account at " in warnings


def test_who_cannot_be_asked_is_not_replaced_where_others_own_the_file(shop: Path, ecompm: Run) -> None:
    demands = "signoffs:\n  - {artifact: charter, approvers: [marketing, legal]}\n"
    (shop / "project/signoffs.yml").write_text(demands)
    text, _ = made(ecompm, shop, "github")
    assert names(github(text, "project/charter.yml")) == {"tom"}
    sections = gitlab_sections(made(ecompm, shop, "gitlab")[0], "project/charter.yml")
    assert [names(section.owners) for section in sections] == [{"tom"}, {"ana", "ben"}]  # a section needs somebody


@pytest.mark.parametrize("forge", FORGES)
def test_those_who_are_asked_again_own_the_file_too(shop: Path, ecompm: Run, forge: str) -> None:
    (shop / "project/asks.yml").write_text("asks:\n  - {id: A-1, artifact: charter, of: [eva]}\n")
    text, _ = made(ecompm, shop, forge)
    assert names(OWNERS[forge](text, "project/charter.yml")) == {"ana", "tom", "eva"}
    assert names(OWNERS[forge](text, "project/asks.yml")) == {"ana", "ben"}


@pytest.mark.parametrize("forge", FORGES)
def test_a_new_record_changes_nothing_where_all_are_asked_for_alike(shop: Path, ecompm: Run, forge: str) -> None:
    with (shop / "project/signoffs.yml").open("a") as stream:
        stream.write("  - {artifact: risks/*, approvers: [marketing]}\n")
    seen = set()
    for count in (1, 2, 30):
        rows = "".join(f"  - {{id: R-{number}, title: x}}\n" for number in range(count))
        (shop / "project/risks.yml").write_text(f"risks:\n{rows}")
        text, _ = made(ecompm, shop, forge)
        assert names(OWNERS[forge](text, "project/risks.yml")) == {"tom"}
        seen.add(text)
    assert len(seen) == 1


def test_only_the_records_that_a_demand_is_about_ask_for_it(shop: Path, ecompm: Run) -> None:
    with (shop / "project/signoffs.yml").open("a") as stream:
        stream.write("  - {artifact: risks/*, where: {kind: threat}, approvers: [marketing]}\n")
    (shop / "project/risks.yml").unlink()
    for kind in ("threat", "opportunity"):
        write(shop, {f"project/risks/{kind}.yml": f"risks:\n  - {{id: R-{kind}, title: x, kind: {kind}}}\n"})
    text, _ = made(ecompm, shop, "gitea")
    assert names(gitea(text, "project/risks/threat.yml")) == {"tom"}
    assert names(gitea(text, "project/risks/opportunity.yml")) == set()


def test_a_demand_on_trust_joins_the_admins(shop: Path, ecompm: Run) -> None:
    with (shop / "project/signoffs.yml").open("a") as stream:
        stream.write("  - {artifact: trust, approvers: [marketing]}\n")
    text, _ = made(ecompm, shop, "github")
    assert names(github(text, "project/people.yml")) == {"ana", "ben", "tom"}
    assert names(github(text, "project/keys/ana.asc")) == {"ana", "ben"}


@pytest.mark.parametrize("forge", FORGES)
def test_golden(shop: Path, ecompm: Run, forge: str, request: pytest.FixtureRequest) -> None:
    text, _ = made(ecompm, shop, forge)
    path = GOLDEN / f"{forge}.txt"
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
    assert made(ecompm, shop, forge)[0] == text


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("place", ["gov/erning/project", "our project", "[pro]*!#ject", "größe"])
def test_the_project_may_be_anywhere(tmp_path: Path, ecompm: Run, forge: str, place: str) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    write(tmp_path, {name.replace("project", place, 1): text for name, text in SHOP.items()})
    text, _ = made(ecompm, tmp_path, forge, project=place)
    assert names(OWNERS[forge](text, f"{place}/charter.yml")) == {"ana", "tom"}
    assert names(OWNERS[forge](text, f"{place}/people.yml")) == {"ana", "ben"}
    assert names(OWNERS[forge](text, "mkdocs.yml")) == {"ana", "ben"}
    assert not OWNERS[forge](text, "project/charter.yml")


def test_the_site_of_a_project_further_down_is_of_trust_too(tmp_path: Path, ecompm: Run) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    write(tmp_path, {f"gov/{name}": text for name, text in SHOP.items()})
    text, _ = made(ecompm, tmp_path, "github", project="gov/project")
    assert names(github(text, "gov/mkdocs.yml")) == names(github(text, "mkdocs.yml")) == {"ana", "ben"}


def test_the_project_may_be_the_repository(tmp_path: Path, ecompm: Run) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    write(tmp_path, {name.removeprefix("project/"): text for name, text in SHOP.items()})
    text, _ = made(ecompm, tmp_path, "github", project=".")
    assert names(github(text, "charter.yml")) == {"ana", "tom"}
    assert names(github(text, "people.yml")) == {"ana", "ben"}


def test_without_git_the_folder_beside_is_the_root(tmp_path: Path, ecompm: Run) -> None:
    write(tmp_path, SHOP)
    text, _ = made(ecompm, tmp_path, "github")
    assert names(github(text, "project/charter.yml")) == {"ana", "tom"}
    write(tmp_path, {".github/CODEOWNERS": text})
    assert ecompm("codeowners", "--project", str(tmp_path / "project"), "--check").exit_code == 0


def test_a_bare_repository_is_read_from_its_head(tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = TestRepository.create(tmp_path / "shop.git", bare=True)
    repository.commit("Begin", files=SHOP)
    monkeypatch.chdir(tmp_path)
    asked = ("codeowners", "--repository", str(tmp_path / "shop.git"), "--forge", "github")
    text = ecompm(*asked).stdout
    assert names(github(text, "project/charter.yml")) == {"ana", "tom"}
    assert ecompm(*asked, "--check").exit_code == 1
    repository.commit("Owners", files={".github/CODEOWNERS": text})
    assert ecompm(*asked, "--check").exit_code == 0


# --- the worked example -----------------------------------------------------------------------------------------------


def with_accounts(people: str) -> str:
    """The example's people, each with an account."""
    head, _, rest = people.partition("\npeople:\n")
    listed, rule, tail = re.split(r"(\n(?=[a-z]+:\n))", rest, maxsplit=1)
    account = "\n    accounts:\n      - host: github.com\n        id: 7\n        login: \\1-h"
    return head + "\npeople:\n" + re.sub(r"(?m)^  - id: (\w[\w-]*)$", r"  - id: \1" + account, listed) + rule + tail


def test_the_example_asks_its_people(checkout: Path, tmp_path: Path, ecompm: Run) -> None:
    for path in sorted((checkout / "project").rglob("*.yml")):
        name = f"project/{path.relative_to(checkout / 'project').as_posix()}"
        text = path.read_text("utf-8")
        write(tmp_path, {name: with_accounts(text) if name == "project/people.yml" else text})
    text, warnings = made(ecompm, tmp_path, "github", "--as-of", "2026-08-24")

    def owners(path: str) -> set[str]:
        return names(github(text, path))

    assert owners("project/people.yml") == {"lena", "jan", "ben"}
    assert owners("project/obligations/it.yml") >= {"jan"}
    assert {"clara", "mia", "jan"} <= owners("project/charter.yml")
    assert "eva" not in owners("project/charter.yml")  # the sponsor until April
    assert "legal" not in warnings


# --- hostile and hopeless ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["a b @evil", "@ana", "a\\nx", "a/b", "ana,evil", "*", "-ana", "anä", "ana@x.de"])
@pytest.mark.parametrize("forge", FORGES)
def test_a_login_that_is_none_stops_everything(shop: Path, ecompm: Run, forge: str, login: str) -> None:
    people = re.sub(r"login: tom-\w+", f'login: "{login}"', PEOPLE)
    (shop / "project/people.yml").write_text(people)
    answer = ecompm("codeowners", "--forge", forge)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert "of tom is none that" in answer.stderr


@pytest.mark.parametrize("forge", FORGES)
def test_a_hostile_name_of_a_file_adds_no_rule(shop: Path, ecompm: Run, forge: str) -> None:
    hostile = {
        "x @evil": "it",
        "#x": "it",
        "!x": "it",
        "[x] [1]": "it",
        "x\\ y": "it",
        "marketin*": "it",
        "marketin?": "it",
        "(a|b)+$": "it",
        ".": "it",
    }
    for number, (name, party) in enumerate(hostile.items()):
        record = f"obligations:\n  - {{id: H-{number}, party: {party}, what: a}}\n"
        write(shop, {f"project/obligations/h{name}.yml": record})
    text, _ = made(ecompm, shop, forge)
    assert "evil" not in {login for _, found in rules(re.sub(r"(?m)^\[.*$", "", text)) for login in found}
    assert names(OWNERS[forge](text, "project/obligations/marketing.yml")) == {"tom"}
    for name in hostile:
        assert names(OWNERS[forge](text, f"project/obligations/h{name}.yml")) == {"ben", "eva"}, name
    for path in TRUST:
        assert names(OWNERS[forge](text, path)) == {"ana", "ben"}


def test_a_vague_pattern_never_takes_the_file_of_another(shop: Path, ecompm: Run) -> None:
    (shop / "project/obligations/marketing.yml").rename(shop / "project/obligations/q3.yml")
    write(shop, {"project/obligations/q*.yml": "obligations:\n  - {id: H-1, party: it, what: a}\n"})
    text, _ = made(ecompm, shop, "github")
    assert "/project/obligations/q?.yml" in text
    assert names(github(text, "project/obligations/q3.yml")) == {"tom"}
    assert names(github(text, "project/obligations/q*.yml")) == {"ben", "eva"}


STEP = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
PATH = st.lists(STEP.filter(lambda step: step not in (".", "..")), min_size=1, max_size=4).map("/".join)


@given(path=PATH, folder=st.booleans())
def test_any_path_is_one_rule_that_matches_it(path: str, folder: bool) -> None:
    claim = Claim("charter", "mia", ("mia",), (Area(path, folder),))
    for forge, write_down in DIALECTS.items():
        text = write_down(Ownership((claim,), ("ana",)))
        lines = [line for line in text.split("\n") if line and not line.startswith(("#", "[charter by mia]"))]
        assert len(lines) == 1
        assert lines[0].endswith(" @mia")
        assert len(text.splitlines()) == text.count("\n")
        inside = f"{path}/x" if folder else path
        if not set(inside) & set("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):  # `.` of the readers above stops there
            assert OWNERS[forge](text, inside) == {"mia"}


@pytest.mark.parametrize("forge", FORGES)
def test_hostile_words_in_an_ask_are_left_out(shop: Path, ecompm: Run, forge: str) -> None:
    ask = 'asks:\n  - id: A-1\n    artifact: "charter\\n* @evil"\n    of: ["x]\\n* @evil", eva]\n'
    (shop / "project/asks.yml").write_text(ask)
    text, warnings = made(ecompm, shop, forge)
    assert "evil" not in text
    assert "in words that are no ids: left out" in warnings


@pytest.mark.parametrize("forge", FORGES)
def test_a_register_that_cannot_be_read_is_the_admins(shop: Path, ecompm: Run, forge: str) -> None:
    (shop / "project/obligations/others.yml").write_text("obligations: [\n")
    text, _ = made(ecompm, shop, forge)
    assert names(OWNERS[forge](text, "project/obligations/marketing.yml")) == {"ana", "ben"}


def test_nobody_with_an_account_is_one_sentence(shop: Path, ecompm: Run) -> None:
    (shop / "project/people.yml").write_text(re.sub(r"\n    accounts:\n(      .*\n)+", "\n", PEOPLE))
    answer = ecompm("codeowners", "--forge", "github")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == (
        "ecompm: None of the admins (ana, ben) has an account at github.com with a login in people.yml, "
        "so nobody could own the files of trust.\n"
    )


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ("people: []\n", "no trust section"),
        (PEOPLE.replace("quorum: 2", "quorum: 9"), "can never be in force. The quorum is 9"),
        ("people: [\n", "can never be in force."),
    ],
)
def test_without_trust_there_are_no_owners(shop: Path, ecompm: Run, people: str, says: str) -> None:
    (shop / "project/people.yml").write_text(people)
    answer = ecompm("codeowners")
    assert answer.exit_code == 2
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_an_account_without_a_number_is_told(shop: Path, ecompm: Run) -> None:
    (shop / "project/people.yml").write_text(
        PEOPLE.replace("        id: 7\n        login: tom-github\n", "        login: tom-github\n")
    )
    _, warnings = made(ecompm, shop, "github")
    assert "the account tom-github of tom has no id: it is asked, but its reviews count for nobody" in warnings


def test_more_than_can_be_asked_is_told(shop: Path, ecompm: Run) -> None:
    demands = "signoffs:\n  - {artifact: charter, approvers: [{department: it, count: 3}]}\n"
    (shop / "project/signoffs.yml").write_text(demands)
    text, warnings = made(ecompm, shop, "gitlab")
    assert "charter asks 3 of it, but only 2 can be asked at gitlab.com" in warnings
    assert "[charter by it][2]" in text


@pytest.mark.usefixtures("shop")
def test_github_reads_no_file_of_more_than_its_limit(ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command_module.GITHUB_LIMIT == 3 * 1024 * 1024
    monkeypatch.setattr(command_module, "GITHUB_LIMIT", 100)
    answer = ecompm("codeowners", "--forge", "github")
    assert answer.exit_code == 2
    assert "GitHub reads none of more than 100" in answer.stderr
    assert ecompm("codeowners", "--forge", "gitlab").exit_code == 0


# --- which forge, which host ------------------------------------------------------------------------------------------


def test_the_forge_is_the_one_whose_file_is_there(shop: Path, ecompm: Run) -> None:
    assert "/project/charter.yml @ana-github" in ecompm("codeowners").stdout
    write(shop, {".gitlab/CODEOWNERS": ""})
    assert "[charter by sponsor]" in ecompm("codeowners").stdout


@pytest.mark.parametrize(
    ("host", "mark"),
    [("gitlab.shop.example", "[charter by"), ("codeberg.org", "project/charter\\\\.yml @"), ("x.example", "/project")],
)
def test_else_the_one_where_people_have_accounts(shop: Path, ecompm: Run, host: str, mark: str) -> None:
    people = re.sub(r"      - host: git(lab\.com|\.shop\.example)\n.*\n.*\n", "", PEOPLE).replace("github.com", host)
    (shop / "project/people.yml").write_text(people)
    answer = ecompm("codeowners")
    assert answer.exit_code == 0, answer.stderr
    assert mark in answer.stdout


def test_a_host_of_another_forge_is_none_of_this_one(shop: Path, ecompm: Run) -> None:
    (shop / "project/people.yml").write_text(
        re.sub(r"      - host: git(hub\.com|\.shop\.example)\n.*\n.*\n", "", PEOPLE)
    )
    answer = ecompm("codeowners", "--forge", "github")
    assert answer.exit_code == 2
    assert "has an account at github.com" in answer.stderr


def test_several_hosts_are_asked_about(shop: Path, ecompm: Run) -> None:
    (shop / "project/people.yml").write_text(PEOPLE.replace("gitlab.com", "other.example"))
    answer = ecompm("codeowners", "--forge", "gitea")
    assert answer.exit_code == 2
    assert "git.shop.example and other.example: say which with --host" in answer.stderr
    assert "@ana-gitlab" in ecompm("codeowners", "--forge", "gitea", "--host", "OTHER.example").stdout


def test_an_unknown_forge_is_a_usage_error(shop: Path, ecompm: Run) -> None:
    answer = ecompm("codeowners", "--project", str(shop / "project"), "--forge", "bitbucket")
    assert answer.exit_code == 2
    assert "github" in answer.stderr


# --- --check and --out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forge", FORGES)
def test_check_tells_drift_by_its_lines(shop: Path, ecompm: Run, forge: str) -> None:
    path = shop / OWN[forge]
    missing = ecompm("codeowners", "--forge", forge, "--check")
    assert (missing.exit_code, missing.stdout.count("\n")) == (1, 1)
    assert ecompm("codeowners", "--forge", forge, "--out", str(path)).stdout == ""
    assert ecompm("codeowners", "--forge", forge, "--check").exit_code == 0
    text = path.read_text("utf-8")
    path.write_text(text.removesuffix("\n"), "utf-8")
    assert ecompm("codeowners", "--forge", forge, "--check").exit_code == 0
    lines = text.splitlines()
    number = next(index for index, line in enumerate(lines, 1) if "charter" in line and "@" in line)
    wanted, lines[number - 1] = lines[number - 1], lines[number - 1].split(" @")[0] + " @mallory"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    answer = ecompm("codeowners", "--forge", forge, "--check")
    assert answer.exit_code == 1
    assert f"line {number}: not wanted: {lines[number - 1]}\n" in answer.stdout
    assert f"missing: {wanted}\n" in answer.stdout


@pytest.mark.parametrize("forge", FORGES)
def test_the_line_ends_of_windows_are_told(shop: Path, ecompm: Run, forge: str) -> None:
    path = shop / OWN[forge]
    ecompm("codeowners", "--forge", forge, "--out", str(path))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    answer = ecompm("codeowners", "--forge", forge, "--check")
    assert answer.exit_code == 1
    assert answer.stdout.startswith(f"{OWN[forge]} has the line ends of Windows")


@pytest.mark.parametrize("end", ["\f", "\v", "\x1c", "\x85", "\u2028", "\r"])
def test_only_a_line_feed_ends_a_line_for_a_forge(shop: Path, ecompm: Run, end: str) -> None:
    """One comment without end: to the forge nobody owns anything."""
    path = shop / OWN["github"]
    ecompm("codeowners", "--forge", "github", "--out", str(path))
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    answer = ecompm("codeowners", "--check")
    assert answer.exit_code == 1
    assert answer.stdout.startswith(f"{OWN['github']} is not what the project asks for")


def test_bytes_that_are_no_text_are_drift(shop: Path, ecompm: Run) -> None:
    path = shop / OWN["github"]
    ecompm("codeowners", "--forge", "github", "--out", str(path))
    path.write_bytes(path.read_bytes() + b"\xff\n")
    answer = ecompm("codeowners", "--check")
    assert answer.exit_code == 1
    assert "not wanted: " in answer.stdout


def test_millions_of_empty_lines_are_soon_told(shop: Path, ecompm: Run) -> None:
    """Before, each was compared with each empty line of ours: it took longer than any job of a forge may."""
    path = shop / OWN["github"]
    ecompm("codeowners", "--forge", "github", "--out", str(path))
    path.write_bytes(path.read_bytes() + b"\n" * 3_000_000)
    answer = ecompm("codeowners", "--check")
    assert answer.exit_code == 1
    assert answer.stdout.endswith("lines more\nMake it again: ecompm codeowners --out .github/CODEOWNERS\n")
    assert answer.stdout.count("\n") < 300


@pytest.mark.parametrize("link", [".github", ".github/CODEOWNERS"])
def test_a_link_is_no_file_to_a_forge(tmp_path: Path, shop: Path, ecompm: Run, link: str) -> None:
    path = shop / OWN["github"]
    ecompm("codeowners", "--forge", "github", "--out", str(path))
    (shop / link).rename(tmp_path / "elsewhere")
    (shop / link).symlink_to(tmp_path / "elsewhere")
    answer = ecompm("codeowners", "--check", "--forge", "github")
    assert answer.exit_code == 1
    assert answer.stdout.startswith(f"{link} is a link, and no forge follows one")
    assert ecompm("codeowners", "--forge", "github").exit_code == 0


def test_a_link_in_a_commit_is_no_file_to_a_forge(tmp_path: Path, ecompm: Run) -> None:
    repository = TestRepository.create(tmp_path / "shop.git", bare=True)
    first = repository.commit("Begin", files=SHOP)
    asked = ("codeowners", "--repository", str(tmp_path / "shop.git"), "--forge", "github")
    target = repository.store("blob", ecompm(*asked).stdout.encode())
    repository._trees[first][OWN["github"]] = ("120000", target)
    repository.commit("Owners")
    answer = ecompm(*asked, "--check")
    assert (answer.exit_code, answer.stdout.partition(" is a link")[0]) == (1, OWN["github"])


def test_a_rule_added_by_hand_is_drift(shop: Path, ecompm: Run) -> None:
    ecompm("codeowners", "--forge", "github", "--out", ".github/CODEOWNERS")
    with (shop / ".github/CODEOWNERS").open("a") as stream:
        stream.write("* @mallory\n")
    answer = ecompm("codeowners", "--check")
    assert answer.exit_code == 1
    assert "not wanted: * @mallory" in answer.stdout


def test_a_file_that_the_forge_finds_first_is_the_one_compared(shop: Path, ecompm: Run) -> None:
    ecompm("codeowners", "--forge", "gitlab", "--out", ".gitlab/CODEOWNERS")
    write(shop, {"CODEOWNERS": "* @mallory\n"})
    answer = ecompm("codeowners", "--forge", "gitlab", "--check")
    assert answer.exit_code == 1
    assert answer.stdout.startswith("CODEOWNERS is not what the project asks for")


@pytest.mark.usefixtures("shop")
def test_time_passes_and_the_check_fails(ecompm: Run) -> None:
    ecompm("codeowners", "--forge", "github", "--out", ".github/CODEOWNERS")
    assert ecompm("codeowners", "--check", "--as-of", "2026-07-05").exit_code == 1
    assert ecompm("codeowners", "--check", "--as-of", "2026-07-11").exit_code == 0


def test_check_writes_nothing(shop: Path, ecompm: Run) -> None:
    before = sorted(path for path in shop.rglob("*") if ".git/" not in str(path))
    ecompm("codeowners", "--check")
    assert sorted(path for path in shop.rglob("*") if ".git/" not in str(path)) == before
    assert ecompm("codeowners", "--check", "--out", "x").exit_code == 2


def test_it_says_that_it_is_no_evidence(shop: Path, ecompm: Run) -> None:
    for forge in FORGES:
        assert "It is no evidence" in made(ecompm, shop, forge)[0]
