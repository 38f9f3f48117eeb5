"""Figures for a reader: one line a figure, with its unit."""

from .scenarios import Figure, Figures

_UNITS = {
    "_per_s": "/s",
    "_ms": "ms",
    "_s": "s",
    "_pct": "% of a core",
    "_mb": "MB",
    "_bytes": "bytes",
    "_per_delivery": "",
}
NOT_MEASURED = "n/a"


def lines(name: str, title: str, figures: Figures) -> list[str]:
    """Return the report of one scenario."""
    labels = [_label(key) for key in figures]
    width = max(map(len, labels), default=0)
    rows = zip(labels, figures.items(), strict=True)
    return [f"{name}: {title}", *(f"  {label:{width}}  {_value(key, figure)}" for label, (key, figure) in rows)]


def _label(key: str) -> str:
    for ending in _UNITS:
        key = key.removesuffix(ending) if ending not in ("_per_delivery",) else key
    return key.replace("_", " ")


def _value(key: str, figure: Figure) -> str:
    if figure is None:
        return NOT_MEASURED
    if isinstance(figure, str):
        return figure
    text = f"{figure:,}" if isinstance(figure, int) else _rounded(figure)
    unit = next((unit for ending, unit in _UNITS.items() if key.endswith(ending)), "")
    return f"{text} {unit}".rstrip()


def _rounded(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
