"""People who are signed in with a browser: what is known of one, and whether a sign-in is still good."""

from typing import NamedTuple

from .principal import Principal
from .tokens import SignInRequired

SOURCE = "sign-in:"
"""Begins the `source` of a principal who came by a sign-in; its id follows."""


class Person(NamedTuple):
    """Who signed in; `email` is empty unless it is known to be theirs, `picture` an https address or empty."""

    id: str
    name: str
    email: str = ""
    picture: str = ""
    groups: tuple[str, ...] = ()


class SignIns:
    """The ids of the sign-ins that are good: whoever came by another one is out."""

    def __init__(self) -> None:
        self._good: set[str] = set()

    def begin(self, id: str) -> None:
        """Let in who comes by a sign-in."""
        self._good.add(id)

    def end(self, id: str) -> None:
        """Let in nobody who comes by it any more."""
        self._good.discard(id)

    def check(self, principal: Principal) -> None:
        """Raise SignInRequired for somebody whose sign-in has ended."""
        if principal.source.startswith(SOURCE) and principal.source.removeprefix(SOURCE) not in self._good:
            raise SignInRequired("you are not signed in any more; sign in again")
