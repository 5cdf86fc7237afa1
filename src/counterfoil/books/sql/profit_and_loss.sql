-- Income and expenses by account, month and currency of the transactions; what makes a profit larger is positive.
SELECT
  e._realm_id, e.month_end,
  CASE e.account_type
    WHEN 'Income' THEN 'Income' WHEN 'Cost of Goods Sold' THEN 'Cost of Goods Sold' WHEN 'Expense' THEN 'Expenses'
    WHEN 'Other Income' THEN 'Other Income' ELSE 'Other Expenses'
  END AS section,
  CAST(CASE e.account_type
    WHEN 'Income' THEN 1 WHEN 'Cost of Goods Sold' THEN 2 WHEN 'Expense' THEN 3 WHEN 'Other Income' THEN 4 ELSE 5
  END AS BIGINT) AS section_order,
  e.account_id, e.account_name, e.account_number, e.account_type, e.account_sub_type,
  CAST(CASE WHEN e.account_type IN ('Income', 'Other Income') THEN -e.amount ELSE e.amount END AS DECIMAL(31, 2))
    AS amount,
  CAST(-e.amount AS DECIMAL(31, 2)) AS net_income,
  e.currency,
  CAST(CASE WHEN e.account_type IN ('Income', 'Other Income') THEN -e.foreign_amount ELSE e.foreign_amount END
    AS DECIMAL(38, 9)) AS foreign_amount
FROM (
  SELECT m._realm_id, m.month_end, m.account_id, m.account_name, m.account_number, m.account_type, m.account_sub_type,
    m.currency, SUM(m.amount) AS amount, SUM(m.foreign_amount) AS foreign_amount
  FROM (
    SELECT p._realm_id, LAST_DAY(p.transaction_date) AS month_end, p.account_id, p.account_name, p.account_number,
      p.account_type, p.account_sub_type, p.currency, p.amount, p.foreign_amount
    FROM general_ledger_posting AS p
    WHERE p.account_type IN ('Income', 'Cost of Goods Sold', 'Expense', 'Other Income', 'Other Expense')
  ) AS m
  GROUP BY m._realm_id, m.month_end, m.account_id, m.account_name, m.account_number, m.account_type,
    m.account_sub_type, m.currency
) AS e
