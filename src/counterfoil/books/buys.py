"""What is bought: bills, vendor credits, and purchases by check, card or cash."""

from typing import Final

from counterfoil.books.rule import Rule, head, named, part


def _buy(type_: str, table: str, taxes: str, sign: str, **told: str) -> Rule:
    """What is bought: what is owed or paid, against expenses, stock and tax."""
    usual = {
        "name_type": "'Vendor'",
        "name_id": "t.vendor_id",
        "sign": sign,
        "total": f"-({sign}) * t.total_amount",
        "control": "t.payable_account_id",
        "control_role": "'payable'",
        "tax": f"({sign}) * t.total_tax",
    }
    words = {"type": type_, "table": table, "key": f"{table}_id"}
    return Rule(
        table=table,
        told={
            "heads": head(type_, table, **usual | told),
            "lines": part("buy_lines", **words),
            "taxes": part("taxes", **words, taxes=taxes, side="buy", factor=f"({sign})"),
        },
    )


CREDIT: Final = "CASE WHEN t.credit = TRUE THEN -1 ELSE 1 END"

BUYS: Final = (
    _buy("Bill", "bill", "tax_line_detail", "1", due="t.due_date", reported="-t.balance"),
    _buy("VendorCredit", "vendor_credit", "tax_line", "-1", reported="t.balance"),
    _buy(
        "Purchase",
        "purchase",
        "tax_line",
        CREDIT,
        name_type=named("t.entity_type"),
        name_id="t.entity_id",
        control="t.account_id",
        control_role="NULL",
    ),
)
