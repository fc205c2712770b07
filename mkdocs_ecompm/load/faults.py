"""Pydantic's errors as findings: our codes, whole sentences, the place in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from pydantic import ValidationError

from mkdocs_ecompm.load.beginning import Begin
from mkdocs_ecompm.model.catalogue import CATALOGUE, finding
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.fields import kind_of
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.times import friday_of
from mkdocs_ecompm.model.words import did_you_mean

_MAPPINGS: Final = frozenset({"model_type", "model_attributes_type", "dataclass_type", "dict_type", "mapping_type"})
_LISTS: Final = frozenset({"tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type"})
MAX_KEYS: Final = 100
"""Keys of a mapping among which a misspelt one is looked for; only a hostile file has more."""
_SENTENCE_ENDS: Final = frozenset({"must", "needs", "may", "is", "has", "cannot"})
"""Words after the name of a field with which a validator begins its message: the name belongs before them."""


def faults(
    error: ValidationError, content: YamlMap, what: str, strange: Collection[Source] = (), begin: Begin = lambda: None
) -> Iterator[Finding]:
    """A finding for each error in `content`; `what` names the record in a message about all of it.

    `strange` is where keys that nobody knows stand: a key that is missing because it is misspelt is one fault.
    `begin` is when the project begins.
    """
    for item in error.errors(include_url=False):
        steps = item["loc"]
        if item["type"] == "missing":
            if not _misspelt(content, steps, strange):
                yield _missing(content, steps, what)
            continue
        code, message, hint = _explain(item)
        if code == "bad-date" and (friday := friday_of(item["input"], begin)):
            hint = corrected(steps, friday, "for the Friday of that week")
        else:
            hint = corrected(steps, item.get("ctx", {}).get("instead", ""), hint)
        name = next((step for step in reversed(steps) if isinstance(step, str) and step != "[key]"), what)
        glue = " " if message.partition(" ")[0] in _SENTENCE_ENDS else ": "
        yield finding(code, f"{name}{glue}{message}", content.at(*steps), hint=hint)


def corrected(steps: tuple[int | str, ...], instead: str, hint: str = "") -> str:
    """The hint with the corrected line before it, where there is one."""
    if not instead:
        return hint
    last = steps[-1] if steps else ""
    line = f"`{last}: {instead}`" if isinstance(last, str) and last else f"`- {instead}`"
    return f"write {line} {hint}" if hint else f"write {line}"


def _missing(content: YamlMap, steps: tuple[int | str, ...], what: str) -> Finding:
    holder, source = _deepest(content, steps[:-1])
    key = steps[-1]
    if isinstance(key, int):
        name = next((step for step in reversed(steps) if isinstance(step, str)), what)
        return finding("wrong-type", f"{name} needs more than {key} items", content.at(*steps[:-1]))
    empty = isinstance(holder, YamlMap) and key in holder.empty
    return finding("missing-key", f"{key} is {'empty' if empty else 'missing'}", source)


def _misspelt(content: YamlMap, steps: tuple[int | str, ...], strange: Collection[Source]) -> bool:
    """Whether the missing key stands there under a name that nobody knows."""
    holder, _ = _deepest(content, steps[:-1])
    if not strange or not isinstance(holder, YamlMap) or len(holder.marks) > MAX_KEYS:
        return False
    return any(holder.at(key) in strange and did_you_mean(key, [str(steps[-1])]) for key in holder.marks)


def _deepest(content: YamlMap, steps: tuple[int | str, ...]) -> tuple[Yaml, Source]:
    """The value that `steps` lead to, and where it starts; for an expanded short form, where the text is named."""
    node: Yaml = content
    for step in steps:
        if isinstance(node, YamlMap) and isinstance(step, str):
            inner = node.get(step)
        elif isinstance(node, YamlList) and isinstance(step, int) and step < len(node):
            inner = node[step]
        else:
            break
        if inner is None:
            break
        node = inner
    return node, content.at(*steps) if isinstance(node, str) else node.source


def _explain(item: Any) -> tuple[str, str, str]:
    """Code, message and hint of an error that our own types raised, or the nearest code for one of pydantic's."""
    kind, context = item["type"], item.get("ctx", {})
    if kind in CATALOGUE:
        return kind, context["message"], context["hint"]
    got = kind_of(item["input"])
    if kind in _MAPPINGS:
        return "wrong-type", f"must be a mapping, got {got}", "write its fields below it, one a line"
    if kind in _LISTS:
        return "list-expected", f"must be a list, got {got}", "begin each item with a dash"
    if kind in ("too_long", "string_type"):
        expected = f"have at most {context['max_length']} items" if kind == "too_long" else f"be a text, got {got}"
        return "wrong-type", f"must {expected}", ""
    if kind in ("literal_error", "enum"):
        return "unknown-value", f"must be {context['expected']}, got {got}", ""
    return "wrong-type", item["msg"][:1].lower() + item["msg"][1:], ""
