"""How a time line is painted: doubt on top, a row a track below it, the times underneath."""

from collections.abc import Sequence

import numpy as np
from qtpy.QtCore import QPointF, QRect, QRectF, Qt
from qtpy.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from annotator.workbench.clips.columns import (
    MUCH_DOUBT,
    Window,
    doubt_columns,
    mesh_columns,
)
from annotator.workbench.clips.playhead import time_text
from annotator.workbench.clips.timeline import Timeline, TrackLine
from annotator.workbench.states import STATE_COLOURS

GUTTER = 58
"""Pixels for the tracks' names."""
DOUBT_HEIGHT, ROW_HEIGHT, RULER_HEIGHT = 20, 15, 15
MOST_ROWS = 4
_TOP = 3
_BAR, _BAR_CHOSEN = QColor("#4d5a66"), QColor("#6f8aa0")
_DAMAGED = QColor("#e0524d")
_BASE = QColor(128, 128, 128, 90)
_ON_THE_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_KEY_RIM = QColor("#14181e")
_TICK_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_TICK_ROOM = 84  # px between times


def wanted_height(tracks: int) -> int:
    """Return how high a time line of so many tracks is."""
    return _TOP + DOUBT_HEIGHT + ROW_HEIGHT * min(max(tracks, 1), MOST_ROWS) + RULER_HEIGHT


def shown_rows(timeline: Timeline, track_id: int | None) -> Sequence[TrackLine]:
    """Return the tracks that have a row: all, or some about the one that is chosen."""
    lines = timeline.tracks
    place = next((n for n, line in enumerate(lines) if line.track_id == track_id), 0)
    first = min(max(place - MOST_ROWS // 2, 0), max(len(lines) - MOST_ROWS, 0))
    return lines[first : first + MOST_ROWS]


def row_of(y: int) -> int:
    """Return which row a height is in; below 0 above the rows."""
    return (y - _TOP - DOUBT_HEIGHT) // ROW_HEIGHT


class BarPaint:
    """Paints all of a time line but the playhead.

    Parameters
    ----------
    painter : QPainter
    rect : QRect
        All of the time line.
    window : Window
        Which frames lie where, right of the names.
    ink : QColor
        Of letters.
    """

    def __init__(self, painter: QPainter, rect: QRect, window: Window, ink: QColor) -> None:
        self._painter, self._rect, self._window, self._ink = painter, rect, window, ink
        self._faint = QColor(ink)
        self._faint.setAlpha(150)
        font = QFont(painter.font())
        font.setPixelSize(11)
        painter.setFont(font)

    def paint(self, timeline: Timeline, track_id: int | None) -> None:
        """Paint a clip, one of its tracks chosen."""
        chosen = timeline.track(track_id)
        if chosen is not None:
            self._paint_doubt(chosen)
        top = _TOP + DOUBT_HEIGHT
        for row, line in enumerate(shown_rows(timeline, track_id)):
            place = QRect(0, top + row * ROW_HEIGHT, self._rect.width(), ROW_HEIGHT)
            self._paint_name(place, line, is_chosen=line is chosen)
            self._paint_bar(place, line, is_chosen=line is chosen)
            self._paint_samples(place, line)
        below = self._rect.bottom() - RULER_HEIGHT + 1
        self._paint_damage(below, timeline)
        self._paint_times(below, timeline)

    def _paint_doubt(self, line: TrackLine) -> None:
        """Paint the worst doubt of each column as a filled curve."""
        painter, bottom = self._painter, _TOP + DOUBT_HEIGHT
        share = np.clip(np.nan_to_num(doubt_columns(line, self._window)) / MUCH_DOUBT, 0, 1)
        for x in np.flatnonzero(share > 0.02).tolist():
            much = float(share[x])
            colour = QColor.fromHsvF(0.11 * (1 - much), 0.75, 0.94, 0.45 + 0.5 * much)
            height = much * (DOUBT_HEIGHT - 2)
            painter.fillRect(QRectF(GUTTER + x, bottom - height, 1, height), colour)
        painter.fillRect(QRectF(GUTTER, bottom, self._window.width, 1), _BASE)

    def _paint_name(self, place: QRect, line: TrackLine, *, is_chosen: bool) -> None:
        self._painter.setPen(self._ink if is_chosen else self._faint)
        name = QRect(6, place.top(), GUTTER - 10, place.height())
        self._painter.drawText(name, _ON_THE_LEFT, line.name)

    def _paint_bar(self, place: QRect, line: TrackLine, *, is_chosen: bool) -> None:
        """Paint where the face has a mesh."""
        has_mesh = mesh_columns(line, self._window) > 0
        height = place.height() - (7 if is_chosen else 10)
        top = place.top() + (place.height() - height) / 2
        runs = np.flatnonzero(np.diff(has_mesh.astype(np.int8), prepend=0, append=0))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(_BAR_CHOSEN if is_chosen else _BAR)
        for start, stop in runs.reshape(-1, 2).tolist():
            bar = QRectF(GUTTER + start, top, stop - start, height)
            self._painter.drawRoundedRect(bar, 2, 2)

    def _paint_samples(self, place: QRect, line: TrackLine) -> None:
        """Paint a line in its state's colour for each sample, a diamond for each key frame."""
        samples = zip(line.sample_frames.tolist(), line.states, line.is_key.tolist(), strict=True)
        for frame, state, is_key in samples:
            x = GUTTER + self._window.x_of(frame)
            if not self._is_shown(x):
                continue
            colour = QColor(STATE_COLOURS[state])
            if is_key:
                self._paint_diamond(x, place, colour)
            else:
                tick = QRectF(x - 1, place.top() + 2, 2.5, place.height() - 4)
                self._painter.fillRect(tick, colour)

    def _paint_diamond(self, x: float, place: QRect, colour: QColor) -> None:
        y, half = place.center().y() + 0.5, place.height() / 2 - 1
        self._painter.setPen(QPen(_KEY_RIM, 1))
        self._painter.setBrush(colour)
        corners = ((x - half, y), (x, y - half), (x + half, y), (x, y + half))
        self._painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))

    def _paint_damage(self, top: int, timeline: Timeline) -> None:
        self._painter.setPen(QPen(_DAMAGED, 1.5))
        for frame in timeline.damaged:
            x = GUTTER + self._window.x_of(frame)
            if self._is_shown(x):
                self._painter.drawLine(QPointF(x - 3, top), QPointF(x + 3, top + 6))
                self._painter.drawLine(QPointF(x - 3, top + 6), QPointF(x + 3, top))

    def _paint_times(self, top: int, timeline: Timeline) -> None:
        """Paint times where they have room."""
        times, window = timeline.times, self._window
        if not len(times):
            return
        first = float(times[min(max(int(window.first), 0), len(times) - 1)])
        last = float(times[min(int(window.last), len(times) - 1)])
        per_second = window.width / max(last - first, 1e-6)
        step = next((s for s in _TICK_STEPS if s * per_second >= _TICK_ROOM), _TICK_STEPS[-1])
        self._painter.setPen(self._faint)
        for tick in np.arange(np.ceil(first / step) * step, last + 1e-9, step).tolist():
            x = GUTTER + window.x_of(float(np.interp(tick, times, np.arange(len(times)))))
            self._painter.drawLine(QPointF(x, top + 1), QPointF(x, top + 4))
            if self._is_shown(x + 30):
                text = time_text(tick).replace(".00", "")
                self._painter.drawText(QPointF(x + 3, top + 12), text)

    def _is_shown(self, x: float) -> bool:
        return GUTTER <= x <= GUTTER + self._window.width
