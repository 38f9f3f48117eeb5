"""Signing in and out."""

from ..operation import Answer, Operation, Parameter, anything, json
from ..schemas import TEXT
from .parts import MINE, USER

SIGN_IN = (
    Operation(
        "GET",
        "/auth/session",
        "Sign-in",
        "Who is signed in with a browser",
        {200: json("SignedIn", "Who it is, and where to sign in; both null where nobody does.")},
        description="By the cookie of a sign-in, which now and then is replaced with the answer.",
    ),
    Operation(
        "GET",
        "/auth/sign-in",
        "Sign-in",
        "Sign in with a browser",
        {
            303: Answer("To the provider; or on, for who is signed in.", headers=("Location",)),
            502: Answer("A page that says that the provider cannot be reached.", anything("text/html")),
        },
        (400, 404),
        parameters=(Parameter("next", "query", TEXT, "Where to go then: a path of this server.", "/d/plan"),),
        query="?next=/d/plan",
    ),
    Operation(
        "GET",
        "/auth/callback",
        "Sign-in",
        "Come back from the provider",
        {
            303: Answer("Signed in: the cookie comes with it.", headers=("Location",)),
            400: Answer("A page that says that this browser has not begun to sign in.", anything("text/html")),
            403: Answer("A page that says why somebody may not come in.", anything("text/html")),
            502: Answer("A page that says that the provider failed.", anything("text/html")),
        },
        (404, 503),
        parameters=tuple(
            Parameter(name, "query", TEXT, meaning)
            for name, meaning in (
                ("state", "Of the sign-in."),
                ("code", "From the provider."),
                ("iss", "The provider's name, where it says that."),
                ("error", "Why nobody signed in."),
                ("error_description", "The same in words."),
            )
        ),
    ),
    Operation(
        "POST",
        "/auth/sign-out",
        "Sign-in",
        "Sign a browser out",
        {200: json("SignedOut", "It is signed out, and its connections are closed with 4401.")},
        (403, 404, 503),
    ),
    Operation(
        "DELETE",
        "/api/people/{user}/sign-ins",
        "Sign-in",
        "Sign a person out everywhere",
        {204: Answer("They are signed out of every browser, and their connections are closed with 4401.")},
        (400, *MINE, 503),
        role="admin",
        everywhere=True,
        parameters=(USER,),
    ),
)
