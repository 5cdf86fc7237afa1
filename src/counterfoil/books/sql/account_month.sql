-- What each account moved in each month, for every month from its first posting on to the current one.
WITH preferred AS ({preferred}),
years AS (
  SELECT CAST(c.word || t.word || u.word AS VARCHAR) AS year
  FROM (SELECT '19' AS word UNION ALL SELECT '20' UNION ALL SELECT '21') AS c
  CROSS JOIN ({digits}) AS t
  CROSS JOIN ({digits}) AS u
),
months AS (
  SELECT LAST_DAY(CAST(y.year || '-' || m.word || '-01' AS DATE)) AS month_end
  FROM years AS y CROSS JOIN ({months}) AS m
),
posted AS (
  SELECT p._realm_id, p.account_id, p.account_name, p.account_number, p.account_type, p.account_sub_type,
    p.classification, p.account_currency, p.amount, p.debit, p.credit, p.currency, p.foreign_amount,
    CASE
      WHEN p.transaction_date < CAST('1900-01-01' AS DATE) THEN CAST('1900-01-31' AS DATE)
      WHEN p.transaction_date > CAST('2199-12-31' AS DATE) THEN CAST('2199-12-31' AS DATE)
      ELSE LAST_DAY(p.transaction_date)
    END AS month_end
  FROM general_ledger_posting AS p
),
moved AS (
  SELECT p._realm_id, p.account_id, p.account_name, p.account_number, p.account_type, p.account_sub_type,
    p.classification, p.account_currency, p.month_end,
    CAST(SUM(p.amount) AS DECIMAL(31, 2)) AS movement, CAST(SUM(p.debit) AS DECIMAL(31, 2)) AS debit, CAST(SUM(p.credit) AS DECIMAL(31, 2)) AS credit,
    CAST(SUM(CASE WHEN p.currency = p.account_currency THEN p.foreign_amount ELSE 0 END) AS DECIMAL(38, 9)) AS foreign_movement
  FROM posted AS p
  GROUP BY p._realm_id, p.account_id, p.account_name, p.account_number, p.account_type, p.account_sub_type,
    p.classification, p.account_currency, p.month_end
),
spans AS (
  SELECT m._realm_id, MAX(m.month_end) AS last_month FROM moved AS m GROUP BY m._realm_id
),
accounts AS (
  SELECT m._realm_id, m.account_id, m.account_name, m.account_number, m.account_type, m.account_sub_type,
    m.classification, m.account_currency, MIN(m.month_end) AS first_month
  FROM moved AS m
  GROUP BY m._realm_id, m.account_id, m.account_name, m.account_number, m.account_type, m.account_sub_type,
    m.classification, m.account_currency
),
spine AS (
  SELECT a._realm_id, a.account_id, a.account_name, a.account_number, a.account_type, a.account_sub_type,
    a.classification, a.account_currency, c.month_end
  FROM accounts AS a
  INNER JOIN spans AS s ON s._realm_id = a._realm_id
  CROSS JOIN months AS c
  WHERE c.month_end >= a.first_month AND (c.month_end <= s.last_month OR c.month_end <= LAST_DAY(CURRENT_DATE))
)
SELECT
  s._realm_id, s.month_end,
  EXTRACT(YEAR FROM s.month_end) - CASE
    WHEN EXTRACT(MONTH FROM s.month_end) < CASE f.fiscal_month
      WHEN 'February' THEN 2 WHEN 'March' THEN 3 WHEN 'April' THEN 4 WHEN 'May' THEN 5 WHEN 'June' THEN 6
      WHEN 'July' THEN 7 WHEN 'August' THEN 8 WHEN 'September' THEN 9 WHEN 'October' THEN 10 WHEN 'November' THEN 11
      WHEN 'December' THEN 12 ELSE 1
    END THEN 1 ELSE 0
  END AS fiscal_year,
  s.account_id, s.account_name, s.account_number, s.account_type, s.account_sub_type, s.classification,
  s.account_currency, f.home AS home_currency,
  CASE
    WHEN s.account_type IN ('Income', 'Cost of Goods Sold', 'Expense', 'Other Income', 'Other Expense') THEN 1 ELSE 0
  END AS is_profit,
  CAST(COALESCE(m.movement, 0) AS DECIMAL(31, 2)) AS movement,
  CAST(COALESCE(m.debit, 0) AS DECIMAL(31, 2)) AS debit,
  CAST(COALESCE(m.credit, 0) AS DECIMAL(31, 2)) AS credit,
  CAST(
    CASE WHEN s.account_currency <> f.home THEN COALESCE(m.foreign_movement, 0) ELSE COALESCE(m.movement, 0) END
    AS DECIMAL(38, 9)
  ) AS foreign_movement
FROM spine AS s
LEFT JOIN moved AS m ON m._realm_id || '|' || COALESCE(m.account_id, '') || '|' || CAST(m.month_end AS VARCHAR)
  = s._realm_id || '|' || COALESCE(s.account_id, '') || '|' || CAST(s.month_end AS VARCHAR)
LEFT JOIN preferred AS f ON f.realm = s._realm_id
