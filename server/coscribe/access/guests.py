"""Guests: people who came by a link and have not signed in, each told from the others without the server keeping any.

An exchange of a link's secret makes a guest, whose id comes from random bytes, and a pass that brings these bytes back:
with it the next exchange is the same guest's, and asks for no password again. It is good for its link only, and no more
once the link's password is another.
"""

import hashlib
import hmac

from .secrets import text_of

ID = "guest:"
"""How the ids of guests begin."""
GUEST_BYTES = 16
NAMELESS = "Guest"
SUFFIX = " (guest)"


def make_pass(random: bytes, link: bytes) -> str:
    """Make the pass of a new guest; `link` is what only the server has of the link and its password."""
    return f"{text_of(random)}.{_signature(text_of(random), link)}"


def guest_of(given: str, link: bytes) -> str | None:
    """Return the id of the guest whose pass this is; None for what is no pass of this link."""
    random, _, signature = given.partition(".")
    if not hmac.compare_digest(_signature(random, link).encode(), signature.encode()):
        return None
    return ID + text_of(hashlib.sha256(b"guest" + random.encode()).digest())[:22]


def _signature(random: str, link: bytes) -> str:
    return text_of(hmac.digest(link, random.encode(), "sha256"))


def shown_name(name: str) -> str:
    """Return the name that others see of a guest, who may claim any."""
    return name.strip() + SUFFIX if name.strip() else NAMELESS
