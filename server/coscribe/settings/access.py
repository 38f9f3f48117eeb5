"""Who may come in, and what is recorded of it."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import SecretStr, field_validator, model_validator

from .kinds import Addresses, Auth, DefaultRole, Group, setting, type_list

SECRET_MIN_BYTES = 32  # RFC 7518 §3.2: an HS256 key has at least the size of the hash


class Access(Group):
    """Tokens, signing in with a provider, and the audit."""

    auth: Auth = setting(Auth.NONE, "", "Who may come in: `none` (everybody may edit) or `token` (holders of a token).")
    allow_anonymous: bool = setting(
        False, "", "Start with `--auth none` although other machines can reach the address; everybody may then edit."
    )
    secret: SecretStr | None = setting(
        None, "", "Key that signs and checks tokens (HS256), 32 bytes or more; `secret_file` keeps it out of sight."
    )
    secret_file: Path | None = setting(None, "", "File to read the secret from; one trailing newline is ignored.")
    key_file: Path | None = setting(
        None, "", "PEM, JWK or JWK set file with the public keys of whoever makes tokens (Ed25519, P-256 or RSA)."
    )
    jwks_url: str | None = setting(
        None,
        "",
        "Address (https) of a JWK set with the public keys of whoever makes tokens; kept up to date.",
    )
    token_audience: str = setting(
        "coscribe", "", "What a token must name as its audience (`aud`).", min_length=1, max_length=200
    )
    token_issuer: str | None = setting(None, "", "What a token must name as its issuer (`iss`), if anything.")
    max_token_ttl_s: int = setting(
        7 * 24 * 3600,
        "seconds",
        "How far away the end of a token may be; one that is good for longer is refused.",
        ge=1,
    )
    oidc_issuer: str | None = setting(
        None, "", "Address of the OpenID Connect provider that people sign in with, as it calls itself (`issuer`)."
    )
    oidc_client_id: str | None = setting(None, "", "What the provider calls this server.")
    oidc_client_secret: SecretStr | None = setting(
        None, "", "Secret that the provider gave this server, if any; `oidc_client_secret_file` keeps it out of sight."
    )
    oidc_client_secret_file: Path | None = setting(
        None, "", "File to read the provider's secret from; one trailing newline is ignored."
    )
    oidc_name: str = setting("", "", "What people call the provider: the sign-in button names it.", max_length=60)
    oidc_scopes: Annotated[tuple[str, ...], type_list] = setting(
        ("openid", "profile", "email"), "", "Scopes that are asked for; `openid` is always among them."
    )
    oidc_claim_id: str = setting("sub", "", "Claim that tells people apart and never changes.", min_length=1)
    oidc_claim_name: str = setting("name", "", "Claim with the name that others see.", min_length=1)
    oidc_claim_picture: str = setting("picture", "", "Claim with the address of a picture.", min_length=1)
    oidc_claim_groups: str = setting(
        "groups",
        "",
        "Claim with the groups somebody is in; dots lead inside, as in `realm_access.roles`.",
        min_length=1,
    )
    oidc_allowed_domains: Annotated[tuple[str, ...], type_list] = setting(
        (), "", "Domains whose e-mail addresses may sign in; anybody the provider knows without it."
    )
    oidc_required_claims: Annotated[tuple[str, ...], type_list] = setting(
        (), "", "Claims that somebody must have to sign in, as `groups=writers`; all of them."
    )
    oidc_trust_email: bool = setting(
        False,
        "",
        "Believe e-mail addresses that the provider does not call verified; only if nobody can choose theirs.",
    )
    oidc_admin_emails: Annotated[tuple[str, ...], type_list] = setting(
        (), "", "E-mail addresses of the people who may do everything with all documents."
    )
    default_role: DefaultRole = setting(
        DefaultRole.NONE,
        "",
        "What people who signed in may do with a document that they are no member of: none, view, comment or edit.",
    )
    session_idle_s: int = setting(
        14 * 24 * 3600, "seconds", "Time without any use after which somebody must sign in again.", ge=1
    )
    session_lifetime_s: int = setting(
        30 * 24 * 3600, "seconds", "Time after which somebody must sign in again in any case.", ge=1
    )
    session_rotation_s: int = setting(
        3600, "seconds", "Age at which the secret in the cookie of somebody signed in is replaced.", ge=1
    )
    sessions_per_user: int = setting(
        50,
        "browsers",
        "Browsers one person may be signed in with; with one more, the longest unused is signed out.",
        ge=1,
    )
    audit_keep_days: float = setting(
        365, "days", "Time until a line of the audit is taken away; 0 keeps it.", ge=0, le=36500
    )
    audit_addresses: Addresses = setting(
        Addresses.FULL,
        "",
        "What the audit keeps of a client's address: `full`, the `prefix` of its network (/24, /48), or `none`.",
    )

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < SECRET_MIN_BYTES:
            raise ValueError(
                f"it must have at least {SECRET_MIN_BYTES} bytes; make one with `openssl rand -hex {SECRET_MIN_BYTES}`"
            )
        return value

    @field_validator("oidc_required_claims")
    @classmethod
    def _check_claims(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(0 < claim.find("=") < len(claim) - 1 for claim in value):
            raise ValueError("write claims such as groups=writers")
        return value

    @model_validator(mode="after")
    def _check_oidc(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("oidc_issuer and oidc_client_id go together; name both")
        return self

    @property
    def secret_bytes(self) -> bytes | None:
        """The key of tokens, or None where no secret is set."""
        return self.secret.get_secret_value().encode() if self.secret else None
