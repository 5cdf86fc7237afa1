-- Where cash came from and went to in each month, by the indirect method. Cash is in bank accounts and undeposited funds.
WITH moved AS (
  SELECT
    a._realm_id, a.month_end, a.account_id, a.account_name, a.account_type, a.account_sub_type, a.home_currency,
    a.movement, a.is_profit,
    CASE WHEN a.account_type = 'Bank' OR a.account_sub_type = 'UndepositedFunds' THEN 1 ELSE 0 END AS is_cash
  FROM account_month AS a
),
cash AS (
  SELECT c._realm_id, c.month_end, c.home_currency, c.movement,
    CAST(SUM(c.movement) OVER (PARTITION BY c._realm_id ORDER BY c.month_end
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DECIMAL(31, 2)) AS held
  FROM (
    SELECT m._realm_id, m.month_end, m.home_currency,
      CAST(SUM(CASE WHEN m.is_cash = 1 THEN m.movement ELSE 0 END) AS DECIMAL(31, 2)) AS movement
    FROM moved AS m GROUP BY m._realm_id, m.month_end, m.home_currency
  ) AS c
),
listed AS (
  SELECT m._realm_id, m.month_end, 'Operating activities' AS section, 1 AS section_order, NULL AS account_id,
    'Net income' AS account_name, NULL AS account_type, CAST(-SUM(m.movement) AS DECIMAL(31, 2)) AS amount, m.home_currency
  FROM moved AS m WHERE m.is_profit = 1 GROUP BY m._realm_id, m.month_end, m.home_currency
  UNION ALL
  SELECT m._realm_id, m.month_end,
    CASE
      WHEN m.account_type IN ('Fixed Asset', 'Other Asset') THEN 'Investing activities'
      WHEN m.account_type IN ('Long Term Liability', 'Equity') THEN 'Financing activities'
      ELSE 'Operating activities'
    END,
    CASE
      WHEN m.account_type IN ('Fixed Asset', 'Other Asset') THEN 2
      WHEN m.account_type IN ('Long Term Liability', 'Equity') THEN 3 ELSE 1
    END,
    m.account_id, m.account_name, m.account_type, -m.movement, m.home_currency
  FROM moved AS m WHERE m.is_profit = 0 AND m.is_cash = 0 AND m.movement <> 0
  UNION ALL
  SELECT c._realm_id, c.month_end, 'Net change in cash', 4, NULL, NULL, NULL, c.movement, c.home_currency FROM cash AS c
  UNION ALL
  SELECT c._realm_id, c.month_end, 'Cash at beginning', 5, NULL, NULL, NULL, c.held - c.movement, c.home_currency
  FROM cash AS c
  UNION ALL
  SELECT c._realm_id, c.month_end, 'Cash at end', 6, NULL, NULL, NULL, c.held, c.home_currency FROM cash AS c
)
SELECT
  l._realm_id, l.month_end, l.section, CAST(l.section_order AS BIGINT) AS section_order,
  CAST(l.account_id AS VARCHAR) AS account_id, CAST(l.account_name AS VARCHAR) AS account_name,
  CAST(l.account_type AS VARCHAR) AS account_type, CAST(l.amount AS DECIMAL(31, 2)) AS amount,
  l.home_currency AS currency
FROM listed AS l
