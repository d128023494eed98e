"""Pictures of a model card as SVG, small enough to be committed and read as text."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 34, 44
BLUE, ORANGE, GREY = "#3465a4", "#ce5c00", "#888"


class Picture:
    """A drawing in the unit square, y upwards, with a title and named axes."""

    def __init__(self, title: str, x_name: str, y_name: str, height: int = HEIGHT, left: int = LEFT) -> None:
        self._height, self._left = height, left
        self._parts: list[str] = []
        self._text(WIDTH / 2, 18, title, "middle", "bold")
        self._text(left + (WIDTH - left - RIGHT) / 2, height - 8, x_name, "middle")
        if y_name:
            self._parts.append(f'<text transform="translate(14 {height / 2:.0f}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>')
        x, y = self._place(0, 0)
        end, top = self._place(1, 1)
        self._parts.append(f'<path d="M{x} {top}V{y}H{end}" fill="none" stroke="{GREY}"/>')

    def _place(self, x: float, y: float) -> tuple[float, float]:
        wide, high = WIDTH - self._left - RIGHT, self._height - TOP - BOTTOM
        return round(self._left + x * wide, 1), round(TOP + (1 - y) * high, 1)

    def _text(self, x: float, y: float, text: str, anchor: str, weight: str = "normal") -> None:
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>')

    def x_tick(self, at: float, text: str) -> None:
        x, y = self._place(at, 0)
        self._parts.append(f'<path d="M{x} {y}v4" stroke="{GREY}"/>')
        self._text(x, y + 16, text, "middle")

    def y_tick(self, at: float, text: str) -> None:
        x, y = self._place(0, at)
        self._text(x - 6, y + 4, text, "end")

    def line(self, points: Sequence[tuple[float, float]], colour: str, dashed: bool = False) -> None:
        placed = " ".join(f"{x},{y}" for x, y in (self._place(*point) for point in points))
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        self._parts.append(f'<polyline points="{placed}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>')

    def dot(self, x: float, y: float, colour: str) -> None:
        x, y = self._place(x, y)
        self._parts.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>')

    def box(self, x: tuple[float, float], y: tuple[float, float], colour: str, opacity: float = 1) -> None:
        left, bottom = self._place(x[0], y[0])
        right, top = self._place(x[1], y[1])
        size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
        self._parts.append(f'<rect x="{left}" y="{top}" {size} fill="{colour}" fill-opacity="{opacity}"/>')

    def note(self, x: float, y: float, text: str, anchor: str = "start") -> None:
        x, y = self._place(x, y)
        self._text(x, y + 4, text, anchor)

    def svg(self) -> str:
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self._height}" font-family="sans-serif" font-size="11">'
        return "\n".join([head, f'<rect width="{WIDTH}" height="{self._height}" fill="white"/>', *self._parts, "</svg>", ""])


def bars(title: str, x_name: str, rows: Sequence[tuple[str, float, str]], marks: Sequence[Sequence[float]] = ()) -> str:
    """Horizontal bars of shares, the first on top: name, length, and what is written at its end. `marks` are dots for each bar."""
    picture = Picture(title, x_name, "", height=TOP + BOTTOM + 20 * len(rows), left=210)
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
        picture.x_tick(tick * 0.85, f"{tick:g}")
    for number, (name, length, text) in enumerate(rows):
        middle = 1 - (number + 0.5) / len(rows)
        half = 0.32 / len(rows)
        picture.box((0, length * 0.85), (middle - half, middle + half), BLUE)
        picture.y_tick(middle, name)
        spots = [value * 0.85 for value in (marks[number] if marks else ())]
        for spot in spots:
            picture.dot(spot, middle, ORANGE)
        picture.note(max([length * 0.85, *spots]) + 0.02, middle, text)
    return picture.svg()
