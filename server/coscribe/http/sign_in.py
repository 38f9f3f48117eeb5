"""Signing in and out with a browser: to the provider, back from it, and who is signed in.

A sign-in under way is known to the browser alone, by a cookie with a secret for each: from it come `state`, `nonce` and
the verifier of the code, so that an answer is taken only in the browser that asked, and only once.
"""

import base64
import binascii
import hmac
import logging
from asyncio import Semaphore
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
from aiohttp import web

from ..access import secrets
from ..access.id_tokens import BadIdToken, Refused
from ..access.oidc import Attempt, Provider, ProviderFailed
from ..access.roles import Role
from ..access.tokens import MAX_USER_CHARACTERS
from ..journal.access import SignIn
from ..journal.audit import Action, Result
from ..rooms.audit import NOBODY, Actor
from ..settings import Settings
from .auditing import audit
from .cookies import NO_TLS, SESSION, SIGNING_IN, Cookies
from .keys import HUB
from .problems import Handler, Problem
from .queues import Queues
from .requests import EVERY_DOCUMENT, PERSON, admit, bearer, json_response, time_text
from .sign_in_page import DECLINED, FAILED, REFUSED, STALE, trouble_page

SIGN_IN_DEADLINE_S = 600
"""How long somebody may take at the provider."""
MOST_UNDER_WAY = 4
"""Of one browser: as many windows may be sent to the provider at once."""
SECRET_BYTES = 32
MAX_NEXT_CHARACTERS = 400
MAX_CODE_CHARACTERS = 4096
MAX_REASON_CHARACTERS = 300
REDEEMED_AT_ONCE = 32
REDEEMED_OF_ONE, WAITING_OF_ONE = 8, 200
"""Of one address, which may be a company's: else whoever sends codes of no use would keep everybody out."""
CALLBACK = "/auth/callback"
PATH = "/auth/sign-in"
SESSION_PATH = "/auth/session"
ACCOUNT_HEADER = "Coscribe-Account"
"""Whose page it is that asks; percent-encoded. Sockets say it by `?account=`."""
NO_STORE = {"Cache-Control": "no-store"}

_log = logging.getLogger(__name__)
_SIGN_IN = "sign-in"


class Desk(NamedTuple):
    """Where people sign in: the provider, what people call it, and the cookies."""

    provider: Provider
    name: str
    cookies: Cookies
    redeeming: Semaphore
    of_one: Queues


DESK = web.AppKey("desk", Desk)


def prepare(app: web.Application, settings: Settings) -> None:
    """Let people sign in, if the settings name a provider; the hub must be there."""
    if settings.oidc_issuer is None:
        return
    provider = Provider(settings, now=app[HUB].gate.now, monotonic=app[HUB].env.monotonic)
    redeeming, of_one = Semaphore(REDEEMED_AT_ONCE), Queues(REDEEMED_OF_ONE, WAITING_OF_ONE)
    app[DESK] = Desk(provider, settings.oidc_name, Cookies(settings.public_url), redeeming, of_one)


routes = web.RouteTableDef()


@web.middleware
def recognize(request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
    """Find out who is signed in with the browser that sent a request; a token beside it counts instead."""
    if DESK in request.app and not bearer(request):
        cookies, sign_ins = request.app[DESK].cookies, request.app[HUB].sign_ins
        secret = cookies.read(request, SESSION) if cookies.count(request) else ""
        line = sign_ins.find(secret) if secret else None
        if line is not None and _is_meant(request, line.user):
            request[_SIGN_IN] = line
            request[PERSON] = sign_ins.principal(line)
    return handler(request)


def _is_meant(request: web.Request, user: str) -> bool:
    """Tell whether a request is for who is signed in.

    A page says whose it is: what it sends must not pass for that of somebody who signed in later with the same browser.
    """
    meant = unquote(request.headers.get(ACCOUNT_HEADER, "")) or request.query.get("account", "")
    return meant in ("", user) or request.path == SESSION_PATH


def _desk(request: web.Request) -> Desk:
    if DESK not in request.app:
        raise Problem(HTTPStatus.NOT_FOUND, "Nobody signs in at this server; name a provider with `oidc_issuer`.")
    return request.app[DESK]


def local(next: str) -> str:
    """Return an address that is sure to be one of this server's, else the start page."""
    plain = next.isprintable() and next.isascii() and "\\" not in next and len(next) <= MAX_NEXT_CHARACTERS
    return next if plain and next.startswith("/") and not next.startswith(("//", "/auth/")) and " " not in next else "/"


@routes.get(PATH)
async def begin(request: web.Request) -> web.StreamResponse:
    """Send a browser to the provider, to come back signed in at `?next=`, a path of this server."""
    desk, next = _desk(request), local(request.query.get("next", "/"))
    if request.get(PERSON) is not None:
        return _see(next)
    if not desk.cookies.can_be_kept(request):
        raise Problem(HTTPStatus.BAD_REQUEST, NO_TLS)
    secret = secrets.text_of(request.app[HUB].env.random_bytes(SECRET_BYTES))
    try:
        response = _see(await desk.provider.begin(_attempt(request, desk, secret)))
    except ProviderFailed as error:
        _log.warning("nobody can sign in: the provider failed: %s", error)
        return trouble_page(request, FAILED, next=next)
    under_way = [(secret, next), *_under_way(request, desk)][:MOST_UNDER_WAY]
    _keep(request, response, desk, under_way)
    return response


def _attempt(request: web.Request, desk: Desk, secret: str) -> Attempt:
    return Attempt(secret, desk.cookies.own_origin(request) + CALLBACK)


def _see(address: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address, **NO_STORE})


def _under_way(request: web.Request, desk: Desk) -> list[tuple[str, str]]:
    """Read the sign-ins that a browser has begun: each with its secret and where it leads."""
    begun = []
    for entry in desk.cookies.read(request, SIGNING_IN).split("."):
        secret, _, next = entry.partition("~")
        try:
            begun.append((secret, local(base64.urlsafe_b64decode(next + "=" * (-len(next) % 4)).decode())))
        except (binascii.Error, ValueError):
            continue
    return [(secret, next) for secret, next in begun if len(secret) == len(secrets.text_of(bytes(SECRET_BYTES)))]


def _keep(request: web.Request, response: web.Response, desk: Desk, under_way: Sequence[tuple[str, str]]) -> None:
    value = ".".join(f"{secret}~{secrets.text_of(next.encode())}" for secret, next in under_way[:MOST_UNDER_WAY])
    desk.cookies.write(request, response, SIGNING_IN, value, SIGN_IN_DEADLINE_S)


@asynccontextmanager
async def _redeeming(desk: Desk) -> AsyncIterator[None]:
    if desk.redeeming.locked():
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many people are signing in; go back and try again.",
            {"Retry-After": "5"},
        )
    async with desk.redeeming:
        yield


@routes.get(CALLBACK)
async def finish(request: web.Request) -> web.StreamResponse:
    """Take what the provider answers, in the browser that asked for it, and sign somebody in."""
    desk, query = _desk(request), request.query
    under_way = _under_way(request, desk)
    state = query.get("state", "").encode(errors="replace")
    mine = [one for one in under_way if hmac.compare_digest(Attempt(one[0], "").state.encode(), state)]
    if not mine:
        _failed(request, "stale")
        return trouble_page(request, STALE)
    secret, next = mine[0]
    response = await _answered(request, desk, secret, next)
    _keep(request, response, desk, [one for one in under_way if one not in mine])  # an answer is taken once
    return response


async def _answered(request: web.Request, desk: Desk, secret: str, next: str) -> web.Response:
    query, sign_ins = request.query, request.app[HUB].sign_ins
    if "error" in query:
        _failed(request, "declined")
        reason = query.get("error_description") or query["error"]
        return trouble_page(request, DECLINED, next=next, reason=reason[:MAX_REASON_CHARACTERS])
    code = query.get("code", "")
    try:
        async with desk.of_one.turn(request), _redeeming(desk):
            if not 0 < len(code) <= MAX_CODE_CHARACTERS or not await desk.provider.is_issuer(query.get("iss")):
                raise ProviderFailed("the answer came without a code, or from another provider")
            person = await desk.provider.finish(_attempt(request, desk, secret), code)
    except Refused as error:
        _failed(request, "not-allowed", Result.REFUSED)
        return trouble_page(request, REFUSED, next=next, reason=str(error))
    except BadIdToken as error:
        _failed(request, "id-token")
        _log.warning("somebody could not sign in: the ID token is not valid: %s", error)
        return trouble_page(request, FAILED, next=next)
    except ProviderFailed as error:
        _failed(request, "provider")
        _log.warning("somebody could not sign in: the provider failed: %s", error)
        return trouble_page(request, FAILED, next=next)
    known = sign_ins.find(desk.cookies.read(request, SESSION))
    if known is not None:
        await sign_ins.end(known)
    audit(request, Action.SIGN_IN, who=Actor(person.id, "session"))
    response = _see(next)
    _set(request, response, desk, await sign_ins.begin(person))
    return response


def _failed(request: web.Request, reason: str, result: Result = Result.FAILED) -> None:
    audit(request, Action.SIGN_IN, who=NOBODY, result=result, reason=reason)


def _set(request: web.Request, response: web.Response, desk: Desk, secret: str) -> None:
    rules = request.app[HUB].sign_ins.rules
    assert rules is not None
    desk.cookies.write(request, response, SESSION, secret, rules.lifetime_s)


@routes.post("/auth/sign-out")
async def sign_out(request: web.Request) -> web.Response:
    """Sign a browser out, end its connections with 4401, and say where it goes next to leave the provider too."""
    desk = _desk(request)
    line: SignIn | None = request.get(_SIGN_IN)
    location = None
    if line is not None:
        audit(request, Action.SIGN_OUT, who=Actor(line.user, "session"))
        await request.app[HUB].sign_ins.end(line)
        location = await desk.provider.sign_out_address(desk.cookies.own_origin(request) + "/")
    response = json_response({"location": location or "/"}, headers=NO_STORE)
    if line is not None:
        desk.cookies.write(request, response, SESSION, "", 0)
        response.headers["Clear-Site-Data"] = '"cache"'  # pictures, which whoever is next at the device must not see
    return response


@routes.delete("/api/people/{user:[^/]+}/sign-ins")
async def sign_out_person(request: web.Request) -> web.Response:
    """Sign a person out of every browser, and end their connections, with 4401; they may sign in again."""
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    user = request.match_info["user"]
    audit(request, Action.SIGN_OUT, user=user[:MAX_USER_CHARACTERS])
    await request.app[HUB].sign_ins.end_all(user)
    return web.Response(status=HTTPStatus.NO_CONTENT)


@routes.get(SESSION_PATH)
async def session(request: web.Request) -> web.Response:
    """Say who is signed in with a browser, and where to sign in; now and then it gets a new cookie with the answer."""
    answer: dict[str, Any] = {"signed_in": False, "user": None, "expires": None, "sign_in_url": None, "provider": None}
    if DESK not in request.app:
        return json_response(answer, headers=NO_STORE)
    desk, sign_ins = request.app[DESK], request.app[HUB].sign_ins
    answer |= {"sign_in_url": PATH, "provider": desk.name or None}
    line: SignIn | None = request.get(_SIGN_IN)
    if line is None or sign_ins.rules is None:
        return json_response(answer, headers=NO_STORE)
    answer |= {
        "signed_in": True,
        "user": {
            "id": line.user,
            "name": line.name,
            "email": line.email or None,
            "picture": line.picture or None,
            "groups": msgspec.json.decode(line.groups),
            "admin": request[PERSON].role is Role.ADMIN,
        },
        "expires": time_text(int(line.created + sign_ins.rules.lifetime_s * 1000)),
    }
    response = json_response(answer, headers=NO_STORE)
    secret = await sign_ins.renew(line, desk.cookies.read(request, SESSION))
    if secret is not None:
        _set(request, response, desk, secret)
    return response
