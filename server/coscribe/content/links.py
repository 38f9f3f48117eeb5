"""Which addresses a document may point to, whoever wrote them.

`javascript:` and `data:` run code in the reader's page, and a relative address means something else wherever the
document is exported to. What is left is the web, mail, telephone and a place in the same document; and for images the
web, this server's files, and pictures written out in the address, which cannot run.
"""

import re

_ALLOWED = re.compile(r"(?:https?|mailto|tel):|#", re.IGNORECASE)
_IMAGE = re.compile(
    r"https?://\S+\Z|/files/[A-Za-z0-9._-]+\Z|data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE | re.ASCII
)
_EDGES = "".join(map(chr, range(0x21))) + "\x7f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
_IGNORED_BY_BROWSERS = dict.fromkeys(map(ord, "\t\n\r"))


def safe_href(href: object) -> str | None:
    """Return a link's address as a browser would read it, or None when it must not be followed."""
    return _safe(href, _ALLOWED)


def safe_image_source(source: object) -> str | None:
    """Return an image's address as a browser would read it, or None when it must not be fetched."""
    return _safe(source, _IMAGE)


def _safe(address: object, allowed: re.Pattern[str]) -> str | None:
    if not isinstance(address, str):
        return None
    address = address.strip(_EDGES).translate(_IGNORED_BY_BROWSERS)
    return address if allowed.match(address) else None
