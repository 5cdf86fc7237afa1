"""What is bought: bills, vendor credits, and purchases by check, card or cash."""

from typing import Final

from counterfoil.books.rule import Rule, head, named, part, turned


def _buy(type_: str, table: str, taxes: str, sign: int, *, back: str = "", **told: str) -> Rule:
    """What is bought, or given back when so: what is owed or paid, against expenses, stock and tax."""
    usual = {
        "name_type": "'Vendor'",
        "name_id": "t.vendor_id",
        "sign": turned("1", sign, back),
        "total": turned("t.total_amount", -sign, back),
        "control": "t.payable_account_id",
        "control_role": "'payable'",
        "tax": turned("t.total_tax", sign, back),
    }
    words = {"type": type_, "table": table, "key": f"{table}_id"}
    return Rule(
        table=table,
        told={
            "heads": head(type_, table, **usual | told),
            "lines": part("buy_lines", **words),
            "taxes": part("taxes", **words, taxes=taxes, side="buy", amount=turned("x.amount", sign, back)),
        },
    )


BUYS: Final = (
    _buy("Bill", "bill", "tax_line_detail", 1, due="t.due_date", reported="-t.balance"),
    _buy("VendorCredit", "vendor_credit", "tax_line", -1, reported="t.balance"),
    _buy(
        "Purchase",
        "purchase",
        "tax_line",
        1,
        back="t.credit = TRUE",
        name_type=named("t.entity_type"),
        name_id="t.entity_id",
        control="t.account_id",
        control_role="NULL",
    ),
)
