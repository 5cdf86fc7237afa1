"""Signing in elsewhere: the OpenID provider that people have an account with already."""

from dataclasses import dataclass, field

from counterfoil.model.actor import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An OpenID provider, and whom it may let in.

    `newcomers` is the role of people who were not invited; None lets in nobody but those. `domains` narrows
    newcomers to e-mail addresses of these; empty does not.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    newcomers: Role | None = None
    domains: frozenset[str] = frozenset()
    trusts_email: bool = False  # vouches for addresses though it does not say `email_verified`


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is at the provider, as it signed it."""

    subject: str  # issuer and subject together: a subject alone is known to its issuer only
    email: str  # lower case; empty when the provider does not vouch for it
    name: str

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.email.rpartition("@")[2]
