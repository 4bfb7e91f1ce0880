"""The drawing of a site: networks as lines, components as boxes, pipes with their devices."""

from __future__ import annotations

from collections.abc import Iterable

from rami.asset.heat_storage import HeatStorage
from rami.asset.pump import Pump
from rami.asset.topology import SiteTopology
from rami.asset.valve import Valve
from services.cli.drawing import colours, symbols
from services.cli.drawing.canvas import Canvas
from services.cli.drawing.captions import figures, kind_words, temperatures
from services.cli.drawing.flows import End, Flow
from services.cli.drawing.layout import LEFT, Box, Layout, Rail, lay_out

_TITLES = {
    "hts": "heat transfer station",
    "iess": "industrial energy supply",
    "dhs": "district heating",
}
_MARGIN = 16.0
_PIPE, _LINE = 3.0, 5.0
#: from the edge of a box to the device on its pipe
_NEAR = 27.0


def draw(site: SiteTopology, twins: Iterable[str], description: str = "") -> str:
    """SVG of some twins and of the networks they meet."""
    plan = lay_out(site, twins)
    canvas = Canvas()
    canvas.box(0, 0, plan.width, plan.height, fill=colours.PAPER, edge="none", radius=0)
    canvas.text(_MARGIN, 36, site.name, size=22, anchor="start", bold=True)
    canvas.text(_MARGIN, 60, description, size=13, colour=colours.FAINT, anchor="start")
    for panel in plan.panels:
        height = panel.bottom - panel.top
        canvas.box(
            _MARGIN,
            panel.top,
            plan.width - 2 * _MARGIN,
            height,
            fill=colours.PANEL[panel.kind],
            edge=colours.PANEL_EDGE[panel.kind],
            radius=10,
        )
        title = f"{panel.twin} · {_TITLES[panel.kind]}"
        canvas.text(_MARGIN + 14, panel.top + 24, title, size=14, anchor="start", bold=True)
    _Painter(site, plan, canvas).all()
    _legend(canvas, plan)
    return canvas.svg(plan.width, plan.height, f"{site.name}: {description}".rstrip(": "))


class _Painter:
    """Lines below pipes below boxes."""

    def __init__(self, site: SiteTopology, plan: Layout, canvas: Canvas) -> None:
        self.site, self.plan, self.canvas = site, plan, canvas

    def all(self) -> None:
        """Paint everything that stands on the panels."""
        for rail in self.plan.rails.values():
            self._rail(rail)
        for number, pipe in enumerate(self.plan.pipes):
            if number in self.plan.columns:
                self._bypass(pipe, self.plan.columns[number])
        for box in self.plan.boxes.values():
            self._pipes(box)
        for beside, path in self.plan.beside:
            a, b = self.plan.boxes[beside], self.plan.boxes[path]
            self.canvas.line(a.x, a.y, b.x, b.y, colours.ELECTRIC, 2.5)
        for box in self.plan.boxes.values():
            self._box(box)

    def _rail(self, rail: Rail) -> None:
        if rail.right < rail.left:
            return
        twin, _, name = rail.path.partition(".")
        network = self.site.twins[twin].networks[rail.network]
        colour = colours.of_temperature(rail.temperature)
        line = name.removeprefix(f"{rail.network}_")
        main = line in ("flow", "return")
        left = LEFT - 22 if main else rail.left - 22
        self.canvas.line(left, rail.y, rail.right + 22, rail.y, colour, _LINE)
        if not main:
            self.canvas.text(left, rail.y - 8, line, size=11, colour=colours.FAINT, anchor="start")
            return
        text = f"{line} {rail.temperature:g} °C"
        self.canvas.text(LEFT - 32, rail.y + 4, text, size=11, colour=colour, anchor="end")
        if line == "flow":
            other = self.plan.rails.get(f"{twin}.{rail.network}_return")
            y = (rail.y + other.y) / 2 if other else rail.y
            x = _MARGIN + 14
            self.canvas.text(x, y, rail.network, size=15, anchor="start", bold=True)
            words = f"{network.kind}, {temperatures(network)}"
            self.canvas.text(x, y + 16, words, size=11, colour=colours.FAINT, anchor="start")

    def _bypass(self, pipe: Flow, x: float) -> None:
        a, b = self.plan.rails[pipe.source.path], self.plan.rails[pipe.target.path]
        colour = colours.of_temperature(a.temperature)
        self._pipe(x, a.y, b.y, colour)
        self._device(pipe, x, (a.y + b.y) / 2, b.y > a.y)
        symbols.joint(self.canvas, x, a.y, colour)
        symbols.joint(self.canvas, x, b.y, colours.of_temperature(b.temperature))

    def _pipes(self, box: Box) -> None:
        """Pipes to lines, side by side where they leave the box above or below."""
        above: list[tuple[End, Flow, Rail]] = []
        below: list[tuple[End, Flow, Rail]] = []
        for port in box.component.ports():
            for pipe in self.plan.pipes:
                for here, there in ((pipe.source, pipe.target), (pipe.target, pipe.source)):
                    if (here.path, here.port) == (box.path, port) and there.path in self.plan.rails:
                        rail = self.plan.rails[there.path]
                        (above if rail.y < box.y else below).append((here, pipe, rail))
        for way, side in ((-1, above), (1, below)):
            edge = box.y + way * box.height / 2
            for place, (here, pipe, rail) in enumerate(side):
                x = box.x + (place - (len(side) - 1) / 2) * 46
                colour = colours.of_temperature(rail.temperature)
                start, end = (edge, rail.y) if pipe.source == here else (rail.y, edge)
                self._pipe(x, start, end, colour)
                near = min(_NEAR, abs(rail.y - edge) / 2)
                self._device(pipe, x, edge + way * near, end > start)
                symbols.joint(self.canvas, x, rail.y, colour)

    def _pipe(self, x: float, start: float, end: float, colour: str) -> None:
        """Straight up or down from `start` to `end`, over the lines it crosses."""
        top, bottom = min(start, end), max(start, end)
        for rail in self.plan.rails.values():
            if top + 1 < rail.y < bottom - 1 and rail.left - 22 < x < rail.right + 22:
                ground = self._ground(rail.y)
                self.canvas.line(x, rail.y - 3, x, rail.y + 3, ground, _PIPE + 6)
        self.canvas.line(x, start, x, end, colour, _PIPE)
        symbols.arrow(self.canvas, x, end + (-6 if end > start else 6), end > start, colour)

    def _device(self, pipe: Flow, x: float, y: float, down: bool) -> None:
        """What sets the flow of a pipe, unless it is the box itself."""
        component = self.site.twins[pipe.twin].components.get(pipe.device or "")
        if isinstance(component, Pump):
            symbols.pump(self.canvas, x, y, down, str(pipe.device))
        elif isinstance(component, Valve):
            symbols.valve(self.canvas, x, y, str(pipe.device))

    def _ground(self, y: float) -> str:
        for panel in self.plan.panels:
            if panel.top <= y <= panel.bottom:
                return colours.PANEL[panel.kind]
        return colours.PAPER

    def _box(self, box: Box) -> None:
        accent = colours.of_component(box.component)
        name = box.path.partition(".")[2]
        words, said = kind_words(box.component), figures(box.component)
        left, top = box.x - box.width / 2, box.y - box.height / 2
        tip = f"{name}: {', '.join((words, *said))}"
        self.canvas.box(
            left, top, box.width, box.height, fill=colours.PAPER, edge=accent, title=tip
        )
        lines = [] if _same(words, name) else [(words, colours.FAINT)]
        if isinstance(box.component, HeatStorage):
            hot = colours.of_temperature(box.component.usable)
            cold = colours.of_temperature(box.component.reference)
            fill = self.canvas.gradient(f"layers_{name}", [(0, hot), (1, cold)], vertical=True)
            bar = box.height - 12
            self.canvas.box(left + 6, top + 6, 10, bar, fill=fill, edge="none", radius=3)
            lines += [(text, colours.INK) for text in said]
        else:
            self.canvas.box(left, top, 6, box.height, fill=accent, edge=accent, radius=3)
            lines += [(", ".join(said), colours.INK)] if said else []
        x, y = box.x + 4, box.y + 4.5 - 6.5 * len(lines)
        self.canvas.text(x, y, name, size=13, bold=True)
        for place, (text, colour) in enumerate(lines):
            self.canvas.text(x, y + 14 + 13 * place, text, size=10.5, colour=colour)


def _same(words: str, name: str) -> bool:
    return words.replace(" ", "") == name.replace("_", "")


def _legend(canvas: Canvas, plan: Layout) -> None:
    y = plan.height - 28
    symbols.pump(canvas, _MARGIN + 14, y, True, "")
    canvas.text(_MARGIN + 30, y + 4, "pump", size=11, anchor="start")
    symbols.valve(canvas, _MARGIN + 84, y, "")
    canvas.text(_MARGIN + 98, y + 4, "valve", size=11, anchor="start")
    low, high = colours.SCALE[0][0], colours.SCALE[-1][0]
    stops = [((t - low) / (high - low), colours.of_temperature(t)) for t, _ in colours.SCALE]
    fill = canvas.gradient("scale", stops, vertical=False)
    canvas.text(_MARGIN + 186, y + 4, f"{low:g} °C", size=11, anchor="end")
    canvas.box(_MARGIN + 194, y - 5, 160, 10, fill=fill, edge="none", radius=4)
    canvas.text(_MARGIN + 362, y + 4, f"{high:g} °C", size=11, anchor="start")
