"""A scrollbar that paints itself once for each place it shows. Textual's takes more time than a pane of text does."""

from __future__ import annotations

from math import ceil

from rich.segment import Segment, Segments
from textual.color import Color
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip

_Shown = tuple[int, int, int, float, Color, Color]


class QuickScrollBar(ScrollBar):
    """A vertical scrollbar of one column."""

    def __init__(self) -> None:
        super().__init__(vertical=True, name="vertical", thickness=1)
        self._shown: _Shown | None = None
        self._strips: list[Strip] = []

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the bar, painted anew where it would look different."""
        if crop != self.size.region or self.parent is None:
            return super().render_lines(crop)
        bar, background = self._colours()
        visible = self.window_size if self.window_size < self.window_virtual_size else 0
        now = (self.size.height, ceil(self.window_virtual_size), ceil(visible), self.position, bar, background)
        if now != self._shown:
            self._shown, self._strips = now, self._painted(*now)
        return self._strips

    def notify_style_update(self) -> None:
        """Forget what was painted in other styles."""
        super().notify_style_update()
        self._shown = None

    def _colours(self) -> tuple[Color, Color]:
        assert self.parent is not None
        styles = self.parent.styles
        if self.grabbed:
            bar, background = styles.scrollbar_color_active, styles.scrollbar_background_active
        elif self.mouse_over:
            bar, background = styles.scrollbar_color_hover, styles.scrollbar_background_hover
        else:
            bar, background = styles.scrollbar_color, styles.scrollbar_background
        return bar, background

    def _painted(
        self, size: int, virtual_size: int, window_size: int, position: float, bar: Color, background: Color
    ) -> list[Strip]:
        assert self.parent is not None
        behind = self.parent.background_colors[0] + background
        drawn: Segments = self.renderer.render_bar(
            size=size,
            virtual_size=virtual_size,
            window_size=window_size,
            position=position,
            back_color=behind.rich_color,
            bar_color=(behind + bar).rich_color,
        )
        filters = self.get_line_filters()
        by_segment: dict[Segment, Strip] = {}
        strips = []
        for segment in drawn.segments:
            if segment not in by_segment:
                strip = Strip([segment], 1)
                for each in filters:
                    strip = strip.apply_filter(each, behind)
                by_segment[segment] = strip
            strips.append(by_segment[segment])
        return strips
