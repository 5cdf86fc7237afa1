"""What is asked of a source's views, in DuckDB's SQL: the company is the first parameter of every question."""

from typing import Final

TABLES: Final = ("account", "preferences")
"""The tables that questions read beside views; a source need not have them."""

PREFERENCES: Final = """
SELECT MAX(p.currency_home_currency_id), MAX(p.accounting_info_first_month_of_fiscal_year)
FROM preferences AS p WHERE p._realm_id = ? AND p._deleted = FALSE
"""

ACCOUNTS: Final = """
SELECT a.id, a.name, a.account_number, a.parent_account_id
FROM account AS a WHERE a._realm_id = ?
"""

NAMED_ACCOUNTS: Final = """
SELECT DISTINCT t.account_id, t.account_name, t.account_number, CAST(NULL AS VARCHAR) AS parent
FROM trial_balance AS t WHERE t._realm_id = ? AND t.account_id IS NOT NULL
"""

PROFIT_AND_LOSS: Final = """
SELECT p.month_end, p.section_order, p.account_id, p.currency, SUM(p.amount) AS amount,
  SUM(p.foreign_amount) AS foreign_amount
FROM profit_and_loss AS p WHERE p._realm_id = ? AND p.month_end BETWEEN ? AND ?
GROUP BY p.month_end, p.section_order, p.account_id, p.currency
"""

BALANCE_SHEET: Final = """
SELECT b.month_end, b.section_order, b.account_type, b.account_type_order, b.account_id, b.account_name, b.amount,
  b.account_currency, b.account_currency_amount
FROM balance_sheet AS b WHERE b._realm_id = ? AND b.month_end BETWEEN ? AND ?
"""

CASH_FLOW: Final = """
SELECT c.month_end, c.section_order, c.account_id, c.account_name, c.amount
FROM cash_flow AS c WHERE c._realm_id = ? AND c.month_end BETWEEN ? AND ?
"""

OPEN: Final = """
SELECT m.transaction_type, m.transaction_id, m.doc_number, m.transaction_date, m.due_date, m.name_id, m.name,
  m.currency, CAST(ROUND(
    CAST(SUM(m.amount) AS DECIMAL(20, 4)) * CAST(m.exchange_rate AS DECIMAL(17, 9)), 2
  ) AS DECIMAL(38, 2)) AS home, SUM(m.amount) AS amount
FROM {movement} AS m WHERE m._realm_id = ? AND m.moved_on <= ?
GROUP BY m.transaction_type, m.transaction_id, m.doc_number, m.transaction_date, m.due_date, m.name_id, m.name,
  m.currency, m.exchange_rate
HAVING SUM(m.amount) <> 0
"""

POSTINGS: Final = """
SELECT g.transaction_date, g.transaction_type, g.transaction_id, g.posting, g.posting_number, g.doc_number,
  g.account_id, g.account_name, g.name, g.memo, g.debit, g.credit, g.amount, g.running_balance, g.currency,
  g.foreign_amount, g.exchange_rate, g.class_name, g.department_name
FROM general_ledger AS g WHERE g._realm_id = ? AND {where}
ORDER BY g.transaction_date DESC, LENGTH(g.transaction_id) DESC, g.transaction_id DESC, g.transaction_type DESC,
  g.posting_number DESC
LIMIT {limit} OFFSET {offset}
"""

POSTED: Final = """
SELECT COUNT(*), SUM(g.debit), SUM(g.credit), MAX(g.account_name), MAX(g.account_number), MAX(g.account_type)
FROM general_ledger_posting AS g WHERE g._realm_id = ? AND {where}
"""

ROWS: Final = """
SELECT {columns} FROM "{table}" AS t WHERE t._realm_id = ? AND t."{key}" = ? ORDER BY {order} LIMIT {limit}
"""

OF_ACCOUNT: Final = "g.account_id = ? AND g.transaction_date BETWEEN ? AND ?"
OF_NO_ACCOUNT: Final = "g.account_id IS NULL AND g.transaction_date BETWEEN ? AND ?"
OF_TRANSACTION: Final = "g.transaction_type = ? AND g.transaction_id = ?"
