"""XML elements in lines: two blanks a level, the same bytes for the same content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

#: what XML 1.0 cannot hold, even escaped
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Element:
    """A tag with attributes (those that are empty are left out) and text or children."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: Sequence[Element] = ()

    def lines(self, level: int = 0) -> Iterator[str]:
        """The element and all below it."""
        indent = "  " * level
        given = "".join(f" {k}={quoteattr(_legal(v))}" for k, v in self.attributes.items() if v)
        if self.children:
            yield f"{indent}<{self.tag}{given}>"
            for child in self.children:
                yield from child.lines(level + 1)
            yield f"{indent}</{self.tag}>"
        elif self.text:
            text = escape(_legal(self.text), {"\r": "&#13;"})
            yield f"{indent}<{self.tag}{given}>{text}</{self.tag}>"
        else:
            yield f"{indent}<{self.tag}{given} />"


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
