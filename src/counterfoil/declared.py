"""Every setting, declared once: its name, its default, what it is for. `settings` reads them."""

from dataclasses import dataclass

PREFIX = "COUNTERFOIL_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. A secret one may also be given as `NAME_FILE`, the path of a file that holds it."""

    name: str
    help: str
    default: str = ""
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()


SETTINGS = (
    Setting(
        name="home",
        default="~/.counterfoil",
        help="The folder for the database, the secret key, counterfoil.toml and what syncs stage.",
    ),
    Setting(
        name="database_url",
        default="sqlite:///HOME/counterfoil.db",
        secret=True,  # it may hold a password
        help="Where Counterfoil remembers things: SQLite, or PostgreSQL when several machines share it.",
    ),
    Setting(
        name="secret_key",
        secret=True,
        help=(
            "The key that seals stored tokens: 32 bytes in base64. Several, separated by commas, rotate: the "
            "first seals, all open. When none is given, HOME/secret.key is used, and made on first use."
        ),
    ),
    Setting(
        name="public_url",
        default="http://localhost:8080",
        help="The address under which browsers reach Counterfoil; Intuit sends people back there.",
    ),
    Setting(
        name="quickbooks_api_url",
        help="QuickBooks' API, when it is not Intuit's own: a proxy, or the sandbox.",
    ),
    Setting(
        name="quickbooks_oauth_url",
        help="Where to authorise and to get tokens, when not at Intuit: a proxy, or the sandbox.",
    ),
    Setting(name="quickbooks_client_id", help="The client id of your app at developer.intuit.com."),
    Setting(name="quickbooks_client_secret", secret=True, help="The client secret of your app."),
    Setting(
        name="monthly_calls",
        default="500000",
        help=(
            "How many metered calls Intuit allows a month, for all companies of your app together: 500000 on the "
            "free tier. From 80 % on Counterfoil warns; no sync is ever refused for it."
        ),
    ),
    Setting(
        name="refresh_hours",
        default="6",
        help=(
            "How often, in hours, streams outside change data capture are read for what changed: one metered call "
            "for each of about fifteen small streams, more only where more than 1,000 records changed."
        ),
    ),
    Setting(
        name="compare_hours",
        default="24",
        help=(
            "How often, in hours, all ids are compared: that finds deletes in streams outside change data capture, "
            "and names that changed because their parent was renamed. One metered call for each 1,000 records."
        ),
    ),
    Setting(
        name="verify",
        default="daily",
        help=(
            "How often workers compare each source with QuickBooks' own reports after a sync and heal what is wrong: "
            "daily, weekly or off. About thirty metered calls each time; none while the month's calls run out."
        ),
    ),
    Setting(
        name="report_hours",
        default="6",
        help=(
            "How often, in hours, the open periods of chosen reports are read: this month and the last one. One "
            "metered call for up to six months of a summary, one for each month of a list of transactions."
        ),
    ),
    Setting(
        name="closed_report_days",
        default="7",
        help=(
            "How often, in days, the closed periods of chosen reports are read again: somebody may have changed old "
            "books. A period that tells something new is replaced whole."
        ),
    ),
    Setting(
        name="quickbooks_webhook_token",
        secret=True,
        help=(
            "The verifier token of your app's webhooks, as its page at Intuit shows it; several, separated by "
            "commas, all count. Needed only when the token is not kept with the app's keys."
        ),
    ),
    Setting(
        name="webhook_seconds",
        default="10",
        help="How far apart, at least, in seconds, the syncs of a source are that webhooks cause.",
    ),
    Setting(
        name="alert_failures",
        default="3",
        help=(
            "After how many failed syncs in a row people are told, where time can end the trouble. What somebody "
            "has to mend is told at once."
        ),
    ),
    Setting(
        name="keep_days",
        default="90",
        help="How many days logs, outcomes and finished syncs are kept. The audit trail is kept for ever.",
    ),
    Setting(
        name="places",
        default="4",
        help="How many syncs one process runs at once. Large ones, which read everything, get half of them.",
    ),
    Setting(
        name="grace_seconds",
        default="20",
        help=(
            "How many seconds running syncs get to come to their end when a process is told to end. Others are put "
            "back, and begun again by whoever runs next."
        ),
    ),
    Setting(
        name="metrics_public",
        default="no",
        help="Whether `/metrics` answers without a key: yes or no.",
    ),
    Setting(
        name="editors_reach",
        default="private",
        help=(
            "What editors may aim destinations and alerts at: public (the internet alone), private (private networks "
            "too) or anywhere. Only anywhere takes in this machine and the metadata services of clouds. "
            "Administrators aim where they like."
        ),
    ),
    Setting(
        name="oidc_issuer",
        help="The address of an OpenID provider with which people may sign in, as it names itself.",
    ),
    Setting(name="oidc_client_id", help="The client id that the OpenID provider gave you."),
    Setting(name="oidc_client_secret", secret=True, help="And the client secret; none for a public client."),
    Setting(
        name="oidc_role",
        help=(
            "The role of people who come from the OpenID provider without an invitation: viewer, editor or admin. "
            "Without it only invited people come in. With a provider that anybody has an account with, set "
            "COUNTERFOIL_OIDC_DOMAINS too."
        ),
    ),
    Setting(
        name="oidc_domains",
        help="Domains of e-mail addresses, separated by commas, that may come in so. Without it all may.",
    ),
    Setting(
        name="oidc_trusts_email",
        default="no",
        help=(
            "Whether the OpenID provider's e-mail addresses count though it does not say that they are verified: yes "
            "or no. Say yes only for one that your organisation runs alone, such as a tenant of Entra ID."
        ),
    ),
    Setting(
        name="key",
        secret=True,
        help=(
            "A key with which commands come in, and may what its role may. Without it whoever can run a command "
            "beside the store may everything."
        ),
    ),
    Setting(
        name="tracing",
        default="no",
        help="Whether a trace of each sync is sent to an OpenTelemetry collector: yes or no.",
    ),
    Setting(name="log_level", default="INFO", help="How much is logged: DEBUG, INFO, WARNING or ERROR."),
    Setting(
        name="log_format",
        default="text",
        help="How lines of the log are written: text for people, json for machines, an object a line.",
    ),
)
"""In the order in which the reference page tells them. HOME stands for the folder of the setting `home`."""
