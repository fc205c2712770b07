"""What the parser's errors mean to somebody who edits a file in a browser."""

from __future__ import annotations

from typing import Final, Protocol

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.finding import Finding, Source

SENTENCES: Final = (
    (
        "mapping values are not allowed",
        "a second `: ` in a line, or a line that is indented too far",
        'put a text that contains ": " in quotes, or correct the indentation',
    ),
    (
        "could not find expected ':'",
        "this is neither `key: value` nor an item that begins with a dash",
        "is a colon missing, or the indentation of a longer text?",
    ),
    (
        "cannot start any token",
        "a value must not begin with this character",
        "put the value in quotes; indent with blanks, not tabs",
    ),
    ("found a tab", "a tab where blanks are needed", "indent with blanks, not tabs"),
    (
        "did not find expected key",
        "a line that does not fit: the indentation differs from the lines before, or a text needs quotes",
        "keys of one mapping begin in the same column; text after a quoted text is not allowed",
    ),
    (
        "did not find expected '-'",
        "a line that does not fit into the list: the indentation differs, or the dash is missing",
        "items of one list begin in the same column, each with a dash",
    ),
    ("expected <block end>", "a line that does not fit: the indentation differs from the lines before", ""),
    ("expected ',' or '}'", "a `{` without its `}`, or a comma is missing", "write one field a line instead"),
    ("expected ',' or ']'", "a `[` without its `]`, or a comma is missing", "write one item a line instead"),
    ("unexpected end of stream", "a quoted text has no end", "close the quotes"),
    ("unexpected document indicator", "a quoted text has no end", "close the quotes"),
    ("unknown escape character", "a backslash in double quotes begins an escape that does not exist", "use ' quotes"),
    ("block sequence entries are not allowed", "a dash in a place where no list can begin", "begin it on a new line"),
    ("mapping keys are not allowed", "a `?` in a place where no key can begin", "put the text in quotes"),
    ("block collections in flow context", "a list or mapping by indentation inside brackets", ""),
    ("did not find expected <document start>", "text after the end of the document", "correct the indentation"),
    ("expected '<document start>'", "text after the end of the document", "correct the indentation"),
)


class Mark(Protocol):
    """A place as the parsers give it, from 0."""

    @property
    def line(self) -> int:
        """The line, from 0."""
        ...

    @property
    def column(self) -> int:
        """The column in characters, from 0."""
        ...


def syntax(path: str, problem: str, mark: Mark | None, context: Mark | None = None) -> Finding:
    """The finding for an error of the parser: a sentence for it, else the parser's own words.

    `context` is where the thing begins that could not be read to its end.
    """
    sentence, hint = next(((text, help_) for part, text, help_ in SENTENCES if part in problem), (problem, ""))
    if context is not None and mark is not None and context.line < mark.line:
        hint = f"{hint}; it begins in line {context.line + 1}" if hint else f"it begins in line {context.line + 1}"
    source = Source(path, mark.line + 1, mark.column + 1) if mark else Source(path, 1, 1)
    return finding("yaml-syntax", f"not YAML: {sentence}", source, hint=hint)
