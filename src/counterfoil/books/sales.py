"""What is sold: invoices, sales receipts, credit memos and refunds."""

from typing import Final

from counterfoil.books.rule import Rule, head, part, turned

KEYS: Final = {"refund_receipt": "refund_id"}
"""How lines call their form's id where it is not the table's name."""

OWED: Final = {
    "control": "t.receivable_account_id",
    "control_role": "'receivable'",
    "due": "t.due_date",
    "reported": "t.balance",
}


def _sale(type_: str, table: str, taxes: str, sign: int, **told: str) -> Rule:
    """A form of sales: what is owed or received, against income, discounts, shipping and tax."""
    usual = {
        "name_type": "'Customer'",
        "name_id": "t.customer_id",
        "class_id": "t.class_id",
        "sign": str(sign),
        "total": turned("t.total_amount", sign),
        "control": "t.deposit_to_account_id",
        "control_role": "'undeposited'",
        "tax": turned("t.total_tax", -sign),
    }
    key = KEYS.get(table, f"{table}_id")
    words = {"type": type_, "table": table, "key": key}
    return Rule(
        table=table,
        told={
            "heads": head(type_, table, **usual | told),
            "lines": part("sale_lines", **words),
            "taxes": part("taxes", **words, taxes=taxes, side="sale", amount=turned("x.amount", -sign)),
        },
    )


SALES: Final = (
    _sale(
        "Invoice",
        "invoice",
        "tax_line",
        1,
        **OWED
        | {
            "total": "t.total_amount - COALESCE(t.deposit, 0)",
            "other_total": "t.deposit",
            "other": "t.deposit_to_account_id",
            "other_role": "'undeposited'",
        },
    ),
    _sale("SalesReceipt", "sales_receipt", "tax_line", 1),
    _sale("CreditMemo", "credit_memo", "tax_line_detail", -1, **OWED | {"reported": "-t.balance"}),
    _sale("RefundReceipt", "refund_receipt", "tax_line", -1),
)
