"""The errors that content raises, apart from the readers and writers that raise it."""


class ContentError(ValueError):
    """This content cannot be read or written that way; the text says why and what would do."""


class ContentTooLarge(ContentError):
    """This content is longer than the limit; the text says which."""
