"""YAML text to nodes with places: duplicate keys refused, `yes`/`no`/`on`/`off` left as text.

Values follow YAML 1.2 (true and false are the only booleans, no octals, no sexagesimals,
instants stay text), so that a key or a value is what it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from twins.site.node import Mark, Node, Scalar
from twins.site.text import Unreadable

#: limits that no site file comes near; they stop bombs and files that are something else
DEEPEST = 40
MOST_NODES = 200_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, Scalar] = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")


#: place, words and hint of what is wrong without making the rest unreadable
Flaw = tuple[Mark, str, str]


def parse(text: str) -> tuple[Node, list[Flaw]]:
    """The root mapping, and what is wrong without making the rest unreadable (duplicate keys).

    Raises Unreadable where nothing can be read.
    """
    try:
        reader = _Reader(yaml.parse(text, _LOADER))
        root = reader.document()
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        mark = Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        raise Unreadable("holds a character that no text has", "is it a text file?", mark) from None
    except yaml.YAMLError as error:
        raise Unreadable(f"is not valid YAML: {error}") from None
    if root is None or root.value is None:
        raise Unreadable("is empty; wanted a site", "start with `version: 1`")
    if not isinstance(root.value, dict):
        raise Unreadable(
            f"wanted a mapping (`key: value` lines), got {root.shape[:60]}",
            "start with `version: 1`",
            root.mark,
        )
    return root, reader.flaws


def _mark(at: Any) -> Mark:
    return Mark(at.line + 1, at.column + 1)


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Unreadable:
    at = error.problem_mark or error.context_mark
    what = f"is not valid YAML: {error.problem or error.context}"
    if error.context and error.problem and error.context_mark and at:
        what += f" ({error.context} from line {error.context_mark.line + 1})"
    if at is None:
        return Unreadable(what)
    line = "".join(text.splitlines()[at.line : at.line + 1])
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Unreadable(what, "indent with spaces, not with tabs", _mark(at))
    hint = "look at indentation, colons, quotes and brackets here and above"
    return Unreadable(what, hint, _mark(at))


class _Reader:
    """Turns the parser's events into nodes; works without recursion, so no nesting hurts it."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.flaws: list[Flaw] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None
        self.open: list[Node] = []
        self.key: list[tuple[str, Mark] | None] = []
        self.merged: list[list[Node]] = []

    def document(self) -> Node | None:
        """The one document's root."""
        documents = 0
        for event in self.events:
            mark = _mark(event.start_mark)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable("holds a second document; wanted one", "remove `---`", mark)
            elif isinstance(event, yaml.ScalarEvent):
                self._tag(event.tag, mark)
                plain = event.implicit[0]
                value = _scalar(event.value) if plain else event.value
                self._add(Node(mark, value, event.value), event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event.anchor or "", mark)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._tag(event.tag, mark)
                mapping = isinstance(event, yaml.MappingStartEvent)
                self._start(Node(mark, {} if mapping else []), event.anchor)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._end()
        return self.root

    def _tag(self, tag: str | None, mark: Mark) -> None:
        if tag:
            self.flaws.append((mark, f"tag {tag!r} has no meaning in a site file", "remove it"))

    def _start(self, node: Node, anchor: str | None) -> None:
        if len(self.open) >= DEEPEST:
            raise Unreadable(f"is nested more than {DEEPEST} deep", mark=node.mark)
        if self.open and isinstance(self.open[-1].value, dict) and self.key[-1] is None:
            raise Unreadable("a key must be a word, not a list or mapping", mark=node.mark)
        self._add(node, anchor)
        self.open.append(node)
        self.key.append(None)
        self.merged.append([])

    def _end(self) -> None:
        node = self.open.pop()
        self.key.pop()
        if isinstance(node.value, dict):
            for source in self.merged.pop():
                for key, value in source.value.items():  # type: ignore[union-attr]
                    if key not in node.value:
                        node.value[key] = value
                        node.keys[key] = source.keys[key]
            below = list(node.value.values())
        else:
            self.merged.pop()
            below = node.value if isinstance(node.value, list) else []
        node.size += sum(n.size for n in below)
        if node.size > MOST_NODES:
            raise Unreadable(
                f"grows to more than {MOST_NODES} values by its aliases", mark=node.mark
            )

    def _alias(self, anchor: str, mark: Mark) -> None:
        target = self.anchors.get(anchor)
        if target is None:
            raise Unreadable(f"alias *{anchor} has no anchor &{anchor} above it", mark=mark)
        if any(target is node for node in self.open):
            raise Unreadable(f"alias *{anchor} stands within its own anchor", mark=mark)
        self._add(target, None)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif isinstance(parent.value, dict):
            key = self.key[-1]
            if key is None:
                if isinstance(node.value, dict | list):
                    raise Unreadable("a key must be a word, not an alias", mark=node.mark)
                self.key[-1] = (node.text, node.mark)
                return
            self.key[-1] = None
            self._pair(parent, parent.value, *key, node)

    def _pair(self, parent: Node, table: dict[str, Node], key: str, mark: Mark, node: Node) -> None:
        if key == "<<":
            sources = node.value if isinstance(node.value, list) else [node]
            if not all(isinstance(s.value, dict) for s in sources):
                raise Unreadable("`<<` takes a mapping, usually an alias", mark=mark)
            self.merged[-1] += sources
        elif key in table:
            first = parent.keys[key].line
            self.flaws.append(
                (mark, f"key {key!r} is given twice", f"first given on line {first}; keep one")
            )
        else:
            table[key] = node
            parent.keys[key] = mark


def _scalar(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
