"""Connect a company: trade the code that consent brought for tokens, keep them, learn the company's name."""

from dataclasses import dataclass, replace

from counterfoil.actions.credentials import Grant, connect
from counterfoil.actions.draft import Birth
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.sync_now import client_of
from counterfoil.actions.tally import counted
from counterfoil.model.company import Company
from counterfoil.model.credential import Credential, Environment
from counterfoil.quickbooks.company import read_company
from counterfoil.store import credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the browser brought back from Intuit, and the address it came back to. The code works once."""

    code: str
    realm_id: str
    redirect_uri: str


def connect_company(
    around: Surroundings, name: str, environment: Environment, consent: Consent
) -> tuple[Credential, Company]:
    """Keep the permission under a name, sealed, and prove it by reading the company: two metered calls.

    A company that has a credential already is reconnected and keeps that credential's name. Raises
    AlreadyExists when the name stands for another company, ReconnectNeeded for a code that is used or too
    old, SettingInvalid for wrong keys, and what reading raises; by then the tokens are kept.
    """
    tokens = around.app.exchange(consent.code, redirect_uri=consent.redirect_uri, now=around.now())
    grant = Grant(name=name, realm_id=consent.realm_id, environment=environment, tokens=tokens)
    credential = connect(around.db, grant, Birth(now=around.now(), chance=around.chance))
    with client_of(around, credential) as client, counted(around.db, client, now=around.now):
        company = read_company(client)
    known = replace(credential, company_name=company.name)
    credentials.save(around.db, known)
    return known, company
