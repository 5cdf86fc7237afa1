"""What is neither sold nor bought: payments, journals, deposits, transfers, tax and counts of stock."""

from typing import Final

from counterfoil.books.rule import Rule, head, named, part, turned

MOVES: Final = (
    Rule(
        table="payment",
        told={
            "heads": head(
                "Payment",
                "payment",
                number="COALESCE(t.doc_number, t.reference_number)",
                name_type="'Customer'",
                name_id="t.customer_id",
                control="t.deposit_to_account_id",
                control_role="'undeposited'",
                sign="-1",
                settles="t.total_amount",
                settled="t.receivable_account_id",
                settled_role="'receivable'",
                reported="-t.unapplied_amount",
            )
        },
    ),
    Rule(
        table="bill_payment",
        told={
            "heads": head(
                "BillPayment",
                "bill_payment",
                name_type="'Vendor'",
                name_id="t.vendor_id",
                total="-t.total_amount",
                control="COALESCE(t.check_bank_account_id, t.credit_card_account_id)",
                settles="t.total_amount",
                settled="t.payable_account_id",
                settled_role="'payable'",
            )
        },
    ),
    Rule(
        table="journal_entry",
        told={
            "heads": head(
                "JournalEntry",
                "journal_entry",
                total="NULL",
                rate="CASE WHEN t.home_currency_adjustment = TRUE THEN 1 ELSE t.exchange_rate END",
                tax="CASE WHEN ABS(s.amount) = ABS(t.total_tax) THEN -s.amount END",
                join=part(
                    "summed",
                    table="journal_entry",
                    amount="CASE l.posting_type WHEN 'Debit' THEN l.amount WHEN 'Credit' THEN -l.amount END",
                ),
            ),
            "lines": part("journal_lines"),
            "taxes": part(
                "taxes",
                type="JournalEntry",
                table="journal_entry",
                taxes="tax_line",
                side="none",
                amount="x.amount",
            ),
        },
    ),
    Rule(
        table="deposit",
        told={
            "heads": head(
                "Deposit",
                "deposit",
                total="CASE WHEN s.amount + COALESCE(t.total_tax, 0) = t.total_amount "
                "THEN t.total_amount - COALESCE(t.cash_back_amount, 0) ELSE t.total_amount END",
                control="t.account_id",
                other_total="t.cash_back_amount",
                other="t.cash_back_account_id",
                tax="-t.total_tax",
                join=part("summed", table="deposit", amount="l.amount"),
            ),
            "lines": part("deposit_lines", name_type=named("l.deposit_entity_type")),
        },
    ),
    Rule(
        table="transfer",
        told={
            "heads": head(
                "Transfer",
                "transfer",
                class_id="t.class_id",
                total="t.amount",
                control="t.to_account_id",
                other_total="-t.amount",
                other="t.from_account_id",
            )
        },
    ),
    Rule(
        table="credit_card_payment_txn",
        told={
            "heads": head(
                "CreditCardPayment",
                "credit_card_payment_txn",
                number="COALESCE(t.doc_number, t.check_number)",
                name_type="'Vendor'",
                name_id="t.vendor_id",
                memo="COALESCE(t.private_note, t.memo)",
                total="t.amount",
                control="t.credit_card_account_id",
                other_total="-t.amount",
                other="t.bank_account_id",
            )
        },
    ),
    Rule(
        table="tax_payment",
        told={
            "heads": head(
                "TaxPayment",
                "tax_payment",
                day="payment_date",
                number="t.payment_reference_number",
                currency="NULL",
                rate="1",
                department="NULL",
                memo="COALESCE(t.description, t.private_note)",
                total=turned("COALESCE(t.payment_amount, t.amount)", -1, "t.refund = TRUE"),
                control="t.payment_account_id",
                other_total=turned("COALESCE(t.payment_amount, t.amount)", 1, "t.refund = TRUE"),
                other_role="'tax'",
                agency_id="t.tax_agency_id",
            )
        },
    ),
    Rule(
        table="inventory_adjustment",
        told={
            "heads": head(
                "InventoryAdjustment", "inventory_adjustment", total="NULL", control="t.adjust_account_id"
            ),
            "lines": part("count_lines"),
        },
    ),
)

TYPE: Final = (
    "CASE WHEN l.transaction_type IN ('Expense', 'Check', 'CreditCardCredit', 'CreditCardCharge', 'CashPurchase') "
    "THEN 'Purchase' WHEN l.transaction_type IN ('BillPaymentCheck', 'BillPaymentCreditCard') THEN 'BillPayment' "
    "ELSE l.transaction_type END"
)
"""The entity that a link means: links name a purchase by how it was paid."""

LINKS: Final = (
    Rule(table="payment", told={"links": part("links", type="Payment", table="payment", their_type=TYPE)}),
    Rule(
        table="bill_payment",
        told={"links": part("links", type="BillPayment", table="bill_payment", their_type=TYPE)},
    ),
)
