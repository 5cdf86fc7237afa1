-- Income and expenses by account, month and currency of the transactions; what makes a profit larger is positive.
SELECT
  p._realm_id, LAST_DAY(p.transaction_date) AS month_end,
  CASE p.account_type
    WHEN 'Income' THEN 'Income' WHEN 'Cost of Goods Sold' THEN 'Cost of Goods Sold' WHEN 'Expense' THEN 'Expenses'
    WHEN 'Other Income' THEN 'Other Income' ELSE 'Other Expenses'
  END AS section,
  CAST(CASE p.account_type
    WHEN 'Income' THEN 1 WHEN 'Cost of Goods Sold' THEN 2 WHEN 'Expense' THEN 3 WHEN 'Other Income' THEN 4 ELSE 5
  END AS BIGINT) AS section_order,
  p.account_id, p.account_name, p.account_number, p.account_type, p.account_sub_type,
  CAST(SUM(CASE WHEN p.account_type IN ('Income', 'Other Income') THEN -p.amount ELSE p.amount END) AS DECIMAL(38, 2))
    AS amount,
  CAST(-SUM(p.amount) AS DECIMAL(38, 2)) AS net_income,
  p.currency,
  CAST(SUM(CASE WHEN p.account_type IN ('Income', 'Other Income') THEN -p.foreign_amount ELSE p.foreign_amount END)
    AS DECIMAL(38, 9)) AS foreign_amount
FROM general_ledger_posting AS p
WHERE p.account_type IN ('Income', 'Cost of Goods Sold', 'Expense', 'Other Income', 'Other Expense')
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, p.currency
