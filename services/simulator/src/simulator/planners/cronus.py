"""The demo company: its technicians, kinds of work and time markers."""

from __future__ import annotations

from typing import NamedTuple


class Technician(NamedTuple):
    """A resource on the planning board."""

    id: int
    name: str
    no: str
    email: str


class Work(NamedTuple):
    """A kind of work: the subject of its appointments, and its category on the board."""

    subject: str
    category: str
    category_name: str
    color: str


class TimeMarker(NamedTuple):
    """The coloured mark on an appointment, such as *Confirmed*."""

    name: str
    color: str


PLANNER = "planner@cronus.example"
TECHNICIANS = (
    Technician(11, "Jim Olive", "JO", "jo@cronus.example"),
    Technician(12, "Mary Dempsey", "MARY", "mary@cronus.example"),
)
WORKS = (
    Work("Replace compressor", "INSTALL", "Installation", "#2f9e44"),
    Work("Install cooling unit", "INSTALL", "Installation", "#2f9e44"),
    Work("Yearly inspection", "SERVICE", "Service", "#1c7ed6"),
    Work("Überprüfung Kühlanlage", "SERVICE", "Service", "#1c7ed6"),
    Work("Repair leaking valve", "REPAIR", "Repair", "#e03131"),
)
TIME_MARKERS = (
    TimeMarker("Proposed", "#f08c00"),
    TimeMarker("Confirmed", "#1971c2"),
    TimeMarker("On site", "#2f9e44"),
)
HOURS = (1.0, 1.5, 2.0, 2.5, 4.0)
BODY = "Customer asked for a call 30 minutes ahead."
