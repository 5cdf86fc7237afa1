-- One row per posting, with the balance of its account after it, in the order of days.
SELECT
  p._realm_id, p.transaction_date, p.transaction_type, p.transaction_id, p.posting,
  ROW_NUMBER() OVER (
    PARTITION BY p._realm_id, p.transaction_type, p.transaction_id ORDER BY p.posting_order, p.posting
  ) AS posting_number,
  p.line_id, p.doc_number, p.account_id, p.account_name, p.account_number, p.account_type, p.account_sub_type,
  p.classification, p.account_currency, p.name_type, p.name_id, p.name, p.class_id, p.class_name, p.department_id, p.department_name,
  p.item_id, p.quantity, p.memo, p.debit, p.credit, p.amount, p.currency, p.exchange_rate, p.foreign_amount,
  CAST(SUM(p.amount) OVER (
    PARTITION BY p._realm_id, p.account_id
    ORDER BY p.transaction_date, LENGTH(p.transaction_id), p.transaction_id, p.transaction_type, p.posting_order,
      p.posting
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS DECIMAL(31, 2)) AS running_balance,
  p.is_inventory_cost, p.cost_source
FROM general_ledger_posting AS p
