-- What each account moved in each month, for every month from its first posting on to the current one.
WITH preferred AS ({preferred}),
years AS (
  SELECT CAST(c.word || t.word || u.word AS BIGINT) AS year
  FROM (SELECT '19' AS word UNION ALL SELECT '20' UNION ALL SELECT '21') AS c
  CROSS JOIN ({digits}) AS t
  CROSS JOIN ({digits}) AS u
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
-- A month in which an account moved stands for the months after it too, until it moves again.
lasting AS (
  SELECT m.*, LEAD(m.month_end) OVER (PARTITION BY m._realm_id, m.account_id ORDER BY m.month_end) AS next_month,
    MAX(m.month_end) OVER (PARTITION BY m._realm_id) AS last_month
  FROM moved AS m
),
yearly AS (
  SELECT l.*, y.year,
    CASE WHEN l.last_month > LAST_DAY(CAST(CURRENT_DATE AS DATE)) THEN l.last_month ELSE LAST_DAY(CAST(CURRENT_DATE AS DATE)) END AS final_month
  FROM lasting AS l CROSS JOIN years AS y
  WHERE y.year >= EXTRACT(YEAR FROM l.month_end)
    AND y.year <= EXTRACT(YEAR FROM COALESCE(
      l.next_month, CASE WHEN l.last_month > CAST(CURRENT_DATE AS DATE) THEN l.last_month ELSE CAST(CURRENT_DATE AS DATE) END
    ))
),
spine AS (
  SELECT d.*
  FROM (
    SELECT y.*, LAST_DAY(CAST(CAST(y.year AS VARCHAR) || '-' || m.word || '-01' AS DATE)) AS at
    FROM yearly AS y CROSS JOIN ({months}) AS m
  ) AS d
  WHERE d.at >= d.month_end AND d.at <= d.final_month AND (d.next_month IS NULL OR d.at < d.next_month)
)
SELECT
  s._realm_id, s.at AS month_end,
  EXTRACT(YEAR FROM s.at) - CASE
    WHEN EXTRACT(MONTH FROM s.at) < CASE f.fiscal_month
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
  CAST(CASE WHEN s.at = s.month_end THEN s.movement ELSE 0 END AS DECIMAL(31, 2)) AS movement,
  CAST(CASE WHEN s.at = s.month_end THEN s.debit ELSE 0 END AS DECIMAL(31, 2)) AS debit,
  CAST(CASE WHEN s.at = s.month_end THEN s.credit ELSE 0 END AS DECIMAL(31, 2)) AS credit,
  COALESCE(
    CASE
      WHEN s.at <> s.month_end THEN 0
      WHEN s.account_currency <> f.home THEN s.foreign_movement
      ELSE CAST(s.movement AS DECIMAL(38, 9))
    END, 0
  ) AS foreign_movement
FROM spine AS s
LEFT JOIN preferred AS f ON f.realm = s._realm_id
