"""The page that says why somebody could not sign in, in the language of their browser."""

import base64
import hashlib
from html import escape
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from aiohttp import web

STYLE = """
:root { color-scheme: light dark; --paper: #fdfcf9; --ink: #26231e; --soft: #5d574c; --accent: #1f5c57; --on: #fdfcf9 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #191714; --ink: #e6e1d7; --soft: #aca596; --accent: #84c7bf; --on: #10211f }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif }
main { max-width: 32rem; margin: 14vh auto 0; padding: 0 1.5rem 3rem }
.wordmark, h1 { font-family: Georgia, "Noto Serif", serif; letter-spacing: -0.015em }
.wordmark { color: var(--accent); font-size: 1.125rem; font-weight: 600 }
h1 { margin: 1.5rem 0 0.5rem; font-size: 1.9375rem; line-height: 1.2; text-wrap: balance }
p { margin: 0 0 1rem }
.reason { color: var(--soft); overflow-wrap: anywhere }
a { display: inline-block; margin: 0.5rem 0.75rem 0 0; padding: 0.6rem 1.1rem; border-radius: 0.5rem;
  border: 1px solid var(--accent); color: var(--accent); text-decoration: none }
a:first-of-type { background: var(--accent); color: var(--on) }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px }
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Trouble(NamedTuple):
    """Why somebody is not signed in: what the page says, by language, and the status it comes with."""

    status: HTTPStatus
    texts: dict[str, str]


TITLES = {"en": "You are not signed in", "de": "Sie sind nicht angemeldet", "ar": "لم يتم تسجيل دخولك"}
AGAIN = {"en": "Try again", "de": "Erneut versuchen", "ar": "حاول مرة أخرى"}
HOME = {"en": "To the start page", "de": "Zur Startseite", "ar": "إلى صفحة البداية"}
RIGHT_TO_LEFT = frozenset({"ar"})

STALE = Trouble(
    HTTPStatus.BAD_REQUEST,
    {
        "en": "This sign-in was not begun in this browser, or too long ago. Nothing is lost; begin again.",
        "de": "Diese Anmeldung wurde nicht in diesem Browser begonnen oder vor zu langer Zeit. Es ist nichts verloren; "
        "beginnen Sie noch einmal.",
        "ar": "لم يبدأ تسجيل الدخول هذا في هذا المتصفح، أو بدأ منذ وقت طويل. لم يُفقد شيء؛ ابدأ من جديد.",
    },
)
DECLINED = Trouble(
    HTTPStatus.FORBIDDEN,
    {
        "en": "The sign-in was cancelled, or the provider did not allow it.",
        "de": "Die Anmeldung wurde abgebrochen oder vom Anbieter nicht erlaubt.",
        "ar": "أُلغي تسجيل الدخول أو لم يسمح به مزوّد الهوية.",
    },
)
REFUSED = Trouble(
    HTTPStatus.FORBIDDEN,
    {
        "en": "The provider knows you, but your account may not sign in here. Ask whoever runs this server.",
        "de": "Der Anbieter kennt Sie, aber Ihr Konto darf sich hier nicht anmelden. Fragen Sie, wer diesen Server "
        "betreibt.",
        "ar": "مزوّد الهوية يعرفك، لكن حسابك غير مسموح له بالدخول هنا. اسأل من يدير هذا الخادم.",
    },
)
FAILED = Trouble(
    HTTPStatus.BAD_GATEWAY,
    {
        "en": "The provider cannot be reached, or its answer could not be trusted. Try again in a moment; if it stays "
        "like this, whoever runs this server finds the reason in its log.",
        "de": "Der Anbieter ist nicht erreichbar, oder seiner Antwort war nicht zu trauen. Versuchen Sie es gleich "
        "noch einmal; bleibt es so, steht der Grund im Protokoll des Servers.",
        "ar": "تعذّر الوصول إلى مزوّد الهوية أو لم يكن جوابه موثوقًا. حاول بعد قليل؛ وإن استمر الأمر فالسبب مدوَّن في "
        "سجل الخادم.",
    },
)


def trouble_page(request: web.Request, trouble: Trouble, *, next: str = "/", reason: str = "") -> web.Response:
    """Write the page; `reason` is what the provider or the settings say, in their own words."""
    language = _language(request.headers.get("Accept-Language", ""))
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    again = escape(f"/auth/sign-in?{urlencode({'next': next})}")
    said = f'<p class="reason" dir="auto">{escape(reason)}</p>' if reason else ""
    text = (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{TITLES[language]} · Coscribe</title><style>{STYLE}</style></head>"
        f'<body><main><div class="wordmark">Coscribe</div><h1>{TITLES[language]}</h1>'
        f"<p>{trouble.texts[language]}</p>{said}"
        f'<p><a href="{again}">{AGAIN[language]}</a> <a href="/">{HOME[language]}</a></p></main></body></html>'
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Content-Language": language}
    return web.Response(text=text, status=trouble.status, content_type="text/html", headers=headers)


def _language(accepted: str) -> str:
    for offer in accepted.split(","):
        language = offer.partition(";")[0].strip().lower().partition("-")[0]
        if language in TITLES:
            return language
    return "en"
