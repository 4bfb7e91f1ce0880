"""A page in one file with everything in it, plotly.js included, that asks no network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files

from services.report.charts.figure import Figure
from services.report.page.markup import Markup, tag

#: a browser that reads this loads nothing from anywhere, whatever a script asks for
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; form-action 'none'"
)
_HERE = "services.report.page"


def page(
    title: str,
    body: Markup,
    figures: Mapping[str, Figure],
    *,
    styles: Sequence[str] = ("report.css",),
    scripts: Sequence[str] = ("report.js",),
) -> str:
    """The whole HTML text; `styles` and `scripts` are files of this package."""
    here = files(_HERE)
    style = "\n".join(here.joinpath(name).read_text("utf-8") for name in styles)
    script = "\n".join(here.joinpath(name).read_text("utf-8") for name in scripts)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            tag("title", title),
            f"<style>\n{style}</style>\n</head>\n<body>\n<main>",
            body,
            "<noscript><p>The figures need JavaScript; the tables do not.</p></noscript>\n</main>",
            f'<script type="application/json" id="figures">{_data(figures)}</script>',
            f"<script>{_plotly()}</script>",
            f"<script>\n{script}</script>\n</body>\n</html>\n",
        ]
    )


def _data(figures: Mapping[str, Figure]) -> str:
    content = {name: {"data": f.traces, "layout": f.layout} for name, f in figures.items()}
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")


def _plotly() -> str:
    """The library's own file, from the installed package."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
