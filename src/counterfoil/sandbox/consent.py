"""The page on which someone lets an app read a company, as `appcenter.intuit.com/connect/oauth2` is."""

from collections.abc import Mapping, Sequence
from html import escape

_page = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} · QuickBooks sandbox</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem; color: #222 }}
fieldset {{ border: 1px solid #ccc; border-radius: 6px; margin: 1rem 0 }}
label {{ display: block; padding: .25rem 0 }} code {{ overflow-wrap: anywhere }}
button {{ font: inherit; padding: .5rem 1rem; border-radius: 6px; border: 1px solid #888; background: #fff }}
button[value=approve] {{ background: #176b3a; border-color: #176b3a; color: #fff }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"""


def consent_page(
    app: str, scopes: Sequence[str], companies: Sequence[tuple[str, str]], hidden: Mapping[str, str]
) -> str:
    """Ask which company (realm, name) the app may read; `hidden` comes back with the answer."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    choices = "".join(
        f'<label><input type="radio" name="realm" value="{escape(realm)}"{" checked" if n == 0 else ""}> '
        f"{escape(name)} <small>({escape(realm)})</small></label>"
        for n, (realm, name) in enumerate(companies)
    )
    asked = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes)
    body = (
        f"<p>The app <code>{escape(app)}</code> asks for</p><ul>{asked}</ul>"
        f'<form method="post" action="/connect/oauth2">{fields}'
        f"<fieldset><legend>Company</legend>{choices}</fieldset>"
        '<button name="decision" value="approve">Connect</button> '
        '<button name="decision" value="deny">No thanks</button></form>'
        "<p><small>This is the sandbox that ships with Counterfoil. Nothing here reaches Intuit.</small></p>"
    )
    return _page.format(title="Connect a company", body=body)


def problem_page(what: str) -> str:
    """Say why nobody can be asked; never redirect to an address that is not trusted."""
    return _page.format(title="Cannot connect", body=f"<p>{escape(what)}</p>")
