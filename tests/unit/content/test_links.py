"""Addresses: the safe ones come through as a browser reads them, the others not at all."""

import pytest

from coscribe.content.links import safe_href, safe_image_source


@pytest.mark.parametrize(
    ("href", "read"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTP://x.y", "HTTP://x.y"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("tel:+41", "tel:+41"),
        ("#part", "#part"),
        ("  https://x.y \n", "https://x.y"),
        ("ht\ntps://x.y/a\tb", "https://x.y/ab"),
        ("\x01\x1fhttps://x.y", "https://x.y"),
    ],
)
def test_an_address_on_the_web_is_followed(href: str, read: str) -> None:
    assert safe_href(href) == read


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "\u00a0javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://x.y/1",
        "//evil.example",
        "/local",
        "page.html",
        "httpsx://a",
        "view-source:https://x.y",
        "",
        None,
        7,
    ],
)
def test_any_other_address_is_not(href: object) -> None:
    assert safe_href(href) is None


def test_images_come_from_the_web_or_this_server() -> None:
    assert safe_image_source("https://x.y/z.png") == "https://x.y/z.png"
    assert safe_image_source("/files/abc") == "/files/abc"
    for source in ("data:image/svg+xml,<svg onload=alert(1)>", "javascript:1", "//evil/x.png", "/api/documents", "#a"):
        assert safe_image_source(source) is None
