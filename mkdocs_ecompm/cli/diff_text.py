"""A comparison as text for a terminal, and as Markdown for a pull request or a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.cli.forge_markdown import code, safe
from mkdocs_ecompm.comparison.report import TITLES, in_one_line
from mkdocs_ecompm.model.comparison import Comparison, Fact, Moment, Topic

MOST: Final = {Topic.TASKS: 6, Topic.REST: 6, Topic.FINDINGS: 4}
"""So many facts of a topic are shown; the rest is counted, unless somebody asks for one artifact."""
_USUAL: Final = 12
_LONGEST: Final = 2000


def text(comparison: Comparison, *, whole: bool = False) -> Iterator[str]:
    """Lines for a terminal: the sides, everything in one line, then each topic. `whole`: nothing is only counted."""
    yield f"From {_side(comparison.was)} to {_side(comparison.is_)}:"
    yield f"{in_one_line(comparison.facts)}."
    for topic, shown, more in topics(comparison, whole=whole):
        yield ""
        yield TITLES[topic]
        for fact in shown:
            yield f"  {fact.sentence}"
        if more:
            yield f"  and {language.figure(more, 'more', 'more')}"


def markdown(comparison: Comparison, *, whole: bool = False) -> Iterator[str]:
    """Lines of Markdown; what people wrote is text in it, whatever they wrote."""
    yield f"**{_safe(in_one_line(comparison.facts))}.**"
    yield ""
    yield f"From {_marked(comparison.was)} to {_marked(comparison.is_)}."
    for topic, shown, more in topics(comparison, whole=whole):
        yield ""
        yield f"### {TITLES[topic]}"
        yield ""
        for fact in shown:
            yield f"- {_safe(fact.sentence)}"
        if more:
            yield f"- and {language.figure(more, 'more', 'more')}"


def topics(comparison: Comparison, *, whole: bool = False) -> Iterator[tuple[Topic, Sequence[Fact], int]]:
    """The facts of each topic that are shown, and how many more there are."""
    for topic in Topic:
        facts = comparison.of(topic)
        most = len(facts) if whole else MOST.get(topic, _USUAL)
        if facts:
            yield topic, facts[:most], max(len(facts) - most, 0)


def _side(moment: Moment) -> str:
    if not moment.name:
        return "the working tree"
    day = f", {language.day(moment.day)}" if moment.day else ""
    return f"{moment.name} ({(moment.commit or '')[:9]}{day})"


def _marked(moment: Moment) -> str:
    """As `_side`, with the commit as code: to be copied."""
    if not moment.name:
        return _side(moment)
    day = f", {language.day(moment.day)}" if moment.day else ""
    return f"{_safe(moment.name)} ({code((moment.commit or '')[:9])}{day})"


def _safe(said: str) -> str:
    """A text that Markdown shows as it is, and a forge sends to nobody: `@mia` in a title calls no one."""
    return safe(said.replace(" -> ", " → "), _LONGEST)
