"""What a caller of the converters may be told; each text is a sentence that says what to do."""


class ConversionError(Exception):
    """A conversion that gave nothing."""


class NotInstalled(ConversionError):
    """This installation lacks a package that the format needs."""


class NotConvertible(ConversionError):
    """This document or file cannot be converted: it is damaged, or needs more time or memory than there is."""


class UnknownKind(NotConvertible):
    """This file is of no kind that can be read."""


class TooLarge(NotConvertible):
    """This file, or what is packed in it, is larger than it may be."""


class ConverterUnavailable(ConversionError):
    """No conversion can be made just now; try again later."""
