"""The time line of a run as inline SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from chaos.disruptions import GROUPS, Group, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 1040, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 1030, 16, 250
ACCEPTED, DELIVERED = "#1971c2", "#2f9e44"
COLOURS = {
    Group.KILLS: "#e03131",
    Group.SERVERS: "#9c36b5",
    Group.ALARM: "#f08c00",
    Group.REPLICAS: "#0c8599",
    Group.FAULTS: "#868e96",
}
FAULT_HEIGHT = 8
TICK_S = 10


def plot(report: Mapping[str, Any]) -> str:
    """Return the plot of a report: two lines, and a band for each disruption."""
    lines = (
        ("accepted", ACCEPTED, report["accepted_per_second"]),
        ("delivered", DELIVERED, report["delivered_per_second"]),
    )
    seconds = max(1.0, report["took_s"], *(len(values) for _, _, values in lines))
    highest = max(1, *(value for _, _, values in lines for value in values), 1)
    return "\n".join(
        (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Time line">',
            *(_band(disruption, seconds) for disruption in report["troubles"]),
            *(_curve(colour, values, seconds, highest) for _, colour, values in lines),
            *_axes(seconds, highest),
            *_legend([(name, colour) for name, colour, _ in lines]),
            "</svg>",
        )
    )


def _x(at_s: float, seconds: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * at_s / seconds, 1)


def _band(disruption: Mapping[str, Any], seconds: float) -> str:
    """Return a band over the full height. Faults of back offices have a low band."""
    group = GROUPS[Kind(disruption["kind"])]
    left, right = _x(disruption["began_s"], seconds), _x(disruption["ended_s"], seconds)
    top = BOTTOM - FAULT_HEIGHT if group is Group.FAULTS else TOP
    title = f"{disruption['kind']} {disruption['target']} at {disruption['began_s']} s"
    return (
        f'<rect x="{left}" y="{top}" width="{max(1.5, right - left):.1f}" height="{BOTTOM - top}" '
        f'fill="{COLOURS[group]}" fill-opacity=".25"><title>{escape(title)}</title></rect>'
    )


def _curve(colour: str, values: Sequence[int], seconds: float, highest: int) -> str:
    points = " ".join(
        f"{_x(second + 0.5, seconds)},{BOTTOM - (BOTTOM - TOP) * value / highest:.1f}"
        for second, value in enumerate(values)
    )
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _axes(seconds: float, highest: int) -> list[str]:
    step = TICK_S * max(1, round(seconds / 120))
    ticks = [
        f'<text x="{_x(at, seconds)}" y="{BOTTOM + 16}" text-anchor="middle">{at} s</text>'
        for at in range(0, int(seconds) + 1, step)
    ]
    return [
        f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="currentColor"/>',
        f'<text x="{LEFT - 6}" y="{TOP + 10}" text-anchor="end">{highest}/s</text>',
        f'<text x="{LEFT - 6}" y="{BOTTOM}" text-anchor="end">0</text>',
        *ticks,
    ]


def _legend(lines: Sequence[tuple[str, str]]) -> list[str]:
    entries = [*lines, *((group, colour) for group, colour in COLOURS.items())]
    return [
        f'<rect x="{left}" y="{HEIGHT - 22}" width="12" height="12" fill="{colour}"/>'
        f'<text x="{left + 18}" y="{HEIGHT - 12}">{escape(name)}</text>'
        for left, (name, colour) in zip(range(LEFT, WIDTH, 130), entries, strict=False)
    ]
