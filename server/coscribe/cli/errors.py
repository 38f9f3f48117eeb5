"""How a command fails; each text is one sentence that says what to do."""


class UsageError(Exception):
    """A command line that asks for what cannot be: exit status 2."""


class CommandFailed(Exception):
    """A command that could not do its work: exit status 1."""
