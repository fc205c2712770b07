"""What a version says, untyped: any content at all gives values that can be drawn, and never an error."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.register import Said
from mkdocs_ecompm.registers import REGISTERS, risks, timeline

KEYS = st.sampled_from("id name title date likelihood impact matrix risks milestones gates accounts kpis".split())  # noqa: SIM905
TEXTS = st.sampled_from(["R-1", "R-2", "5", "-1", "3.0", "1e9", "²", "x", "2026-10-06", "2026-02-30", " 4 ", "9" * 400])


def a_list(items: list[Yaml]) -> YamlList:
    found = YamlList()
    found.extend(items)
    return found


def a_map(items: dict[str, Yaml]) -> YamlMap:
    found = YamlMap()
    found.update(items)
    return found


VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3).map(a_list) | st.dictionaries(KEYS, inner, max_size=5).map(a_map)
)
CONTENTS = st.dictionaries(KEYS, VALUES, max_size=5).map(a_map)


@given(CONTENTS)
def test_any_content_says_something_or_nothing(content: YamlMap) -> None:
    for register in REGISTERS:
        for one in register.series(content):
            assert isinstance(one.name, str)
            assert one.ref.startswith(f"{register.name}/")
            if one.value:
                assert (
                    Decimal(one.value).is_finite()
                    if one.kind not in {"milestone", "gate"}
                    else date.fromisoformat(one.value)
                )


@given(CONTENTS)
def test_a_record_says_the_same_among_others_and_alone(content: YamlMap) -> None:
    for register in REGISTERS:
        if register.by_record:
            whole = set(register.series(content))
            alone = {said for part in parts(content) for said in register.series(part)}
            assert whole == alone


def parts(content: YamlMap) -> list[YamlMap]:
    rest = {key: value for key, value in content.items() if not isinstance(value, YamlList)}
    every = [(key, item) for key, value in content.items() if isinstance(value, YamlList) for item in value]
    return [a_map(rest | {key: a_list([item])}) for key, item in every] or [a_map(rest)]


def read(text: str) -> YamlMap:
    content = read_yaml("", text.encode()).content
    assert content is not None
    return content


def test_a_risk_off_its_scale_has_no_score() -> None:
    said = list(risks.series(read("risks:\n  - id: R-1\n    title: Late\n    likelihood: 9\n    impact: 2\n")))
    assert said == [
        Said("risk-likelihood", "risks/R-1", "Late", "9"),
        Said("risk-impact", "risks/R-1", "Late", "2"),
        Said("risk", "risks/R-1", "Late", ""),
    ]


def test_half_a_pair_has_no_score() -> None:
    said = list(risks.series(read("risks:\n  - id: R-1\n    likelihood: 2\n  - id: not an id\n    impact: 1\n")))
    assert said == [Said("risk-likelihood", "risks/R-1", "R-1", "2")]


def test_a_date_that_is_none_is_said_to_be_unreadable() -> None:
    said = list(timeline.series(read("milestones:\n  - id: M1\n    date: 20261006\n  - id: M2\n  - M3\n")))
    assert said == [Said("milestone", "timeline/M1", "M1", "")]
