-- What there is and what is owed at the end of each month: assets equal liabilities and equity. Postings for which no
-- account was found stand in a section of their own, so that nothing is hidden.
WITH entries AS (
  SELECT
    t._realm_id, t.month_end, t.fiscal_year,
    CASE
      WHEN t.account_type IN ('Bank', 'Accounts Receivable', 'Other Current Asset', 'Fixed Asset', 'Other Asset')
        THEN 'Assets'
      WHEN t.account_type IN ('Accounts Payable', 'Credit Card', 'Other Current Liability', 'Long Term Liability')
        THEN 'Liabilities'
      WHEN t.account_type = 'Equity' THEN 'Equity'
      WHEN t.account_type IN ('Income', 'Cost of Goods Sold', 'Expense', 'Other Income', 'Other Expense') THEN 'Equity'
      ELSE 'No account found'
    END AS section,
    CASE
      WHEN t.account_type IN ('Income', 'Cost of Goods Sold', 'Expense', 'Other Income', 'Other Expense') THEN 1 ELSE 0
    END AS is_profit,
    t.account_id, t.account_name, t.account_number, t.account_type, t.account_sub_type, t.balance, t.currency,
    t.account_currency, t.account_currency_balance
  FROM trial_balance AS t
),
listed AS (
  SELECT n._realm_id, n.month_end, n.fiscal_year, n.section, n.account_id, n.account_name, n.account_number,
    n.account_type, n.account_sub_type, CAST(SUM(n.balance) AS DECIMAL(31, 2)) AS balance, n.currency,
    n.account_currency, CAST(SUM(n.account_currency_balance) AS DECIMAL(38, 9)) AS account_currency_balance
  FROM (
    SELECT e._realm_id, e.month_end, e.fiscal_year, e.section, e.balance, e.currency,
      CASE WHEN e.is_profit = 0 THEN e.account_id END AS account_id,
      CASE WHEN e.is_profit = 0 THEN e.account_name ELSE 'Net Income' END AS account_name,
      CASE WHEN e.is_profit = 0 THEN e.account_number END AS account_number,
      CASE WHEN e.is_profit = 0 THEN e.account_type ELSE 'Equity' END AS account_type,
      CASE WHEN e.is_profit = 0 THEN e.account_sub_type ELSE 'NetIncome' END AS account_sub_type,
      CASE WHEN e.is_profit = 0 THEN e.account_currency ELSE e.currency END AS account_currency,
      CASE WHEN e.is_profit = 0 THEN e.account_currency_balance ELSE CAST(e.balance AS DECIMAL(38, 9)) END
        AS account_currency_balance
    FROM entries AS e
  ) AS n
  GROUP BY n._realm_id, n.month_end, n.fiscal_year, n.section, n.account_id, n.account_name, n.account_number,
    n.account_type, n.account_sub_type, n.currency, n.account_currency
)
SELECT
  l._realm_id, l.month_end, l.fiscal_year, l.section,
  CAST(CASE l.section WHEN 'Assets' THEN 1 WHEN 'Liabilities' THEN 2 WHEN 'Equity' THEN 3 ELSE 4 END AS BIGINT)
    AS section_order,
  l.account_type,
  CAST(CASE l.account_type
    WHEN 'Bank' THEN 1 WHEN 'Accounts Receivable' THEN 2 WHEN 'Other Current Asset' THEN 3 WHEN 'Fixed Asset' THEN 4
    WHEN 'Other Asset' THEN 5 WHEN 'Accounts Payable' THEN 6 WHEN 'Credit Card' THEN 7
    WHEN 'Other Current Liability' THEN 8 WHEN 'Long Term Liability' THEN 9 WHEN 'Equity' THEN 10 ELSE 11
  END AS BIGINT) AS account_type_order,
  l.account_id, l.account_name, l.account_number, l.account_sub_type,
  CAST(CASE WHEN l.section IN ('Liabilities', 'Equity') THEN -l.balance ELSE l.balance END AS DECIMAL(31, 2)) AS amount,
  l.currency, l.account_currency,
  CAST(CASE
    WHEN l.section IN ('Liabilities', 'Equity') THEN -l.account_currency_balance ELSE l.account_currency_balance
  END AS DECIMAL(38, 9)) AS account_currency_amount
FROM listed AS l
