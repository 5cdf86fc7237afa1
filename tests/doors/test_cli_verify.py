"""`counterfoil verify` at the command line, against a real sandbox and a real DuckDB file."""

import duckdb

from counterfoil.cli.exits import ExitCode
from tests.doors.terminal import look
from tests.doors.test_cli_sync import Place, place

__all__ = ["place"]


def test_verify_names_what_differs_heals_it_and_ends_with_a_code_of_its_own(place: Place) -> None:
    assert look("verify", "acme", "--last", env=place.env).out.strip() == "Nothing was verified yet."
    with duckdb.connect(str(place.warehouse)) as connection:
        connection.execute(
            "UPDATE books.acme_invoice SET total_amount = 7 WHERE id = (SELECT MIN(id) FROM books.acme_invoice)"
        )

    seen = look("verify", "acme", "--no-heal", env=place.env)
    healed = look("verify", "acme", "--json", env=place.env)
    last = look("verify", "acme", "--last", "--json", env=place.env)

    assert seen.code == ExitCode.DIFFERS
    assert "total_amount" in seen.out
    assert healed.code == 0, healed.err
    (one,) = healed.document["verifications"]
    assert (one["state"], one["healed"], one["discrepancies"][0]["why"]) == ("agrees", 1, "amount")
    assert last.document["verifications"][0]["id"] == one["id"]
