"""What conversions may take."""

from typing import NamedTuple

from coscribe.settings import Settings


class ConversionLimits(NamedTuple):
    """Limits of one server's conversions, from its settings."""

    at_once: int
    memory_bytes: int
    deadline_s: float
    import_bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "ConversionLimits":
        """Take the limits out of the settings."""
        return cls(
            at_once=settings.conversions,
            memory_bytes=settings.conversion_memory_bytes,
            deadline_s=settings.conversion_deadline_s,
            import_bytes=settings.max_import_bytes,
        )
