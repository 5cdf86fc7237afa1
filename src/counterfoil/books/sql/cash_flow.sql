-- Where cash came from and went to in each month, by the indirect method. Cash is in bank accounts and undeposited funds.
WITH moved AS (
  SELECT
    a._realm_id, a.month_end, a.home_currency, a.movement, a.account_id, a.account_name, a.account_type,
    CASE
      WHEN a.account_type = 'Bank' OR a.account_sub_type = 'UndepositedFunds' THEN 'cash'
      WHEN a.is_profit = 1 THEN 'profit'
      WHEN a.account_type IN ('Fixed Asset', 'Other Asset') THEN 'investing'
      WHEN a.account_type IN ('Long Term Liability', 'Equity') THEN 'financing'
      ELSE 'operating'
    END AS kind
  FROM account_month AS a
),
kinds AS (SELECT 'cash' AS kind UNION ALL SELECT 'other'),
-- What all cash moved stands in every month, were it nought; all else by account, but for profits, which are one.
told AS (
  SELECT m._realm_id, m.month_end, m.home_currency, CASE WHEN k.kind = 'cash' THEN 'cash' ELSE m.kind END AS kind,
    CASE WHEN k.kind = 'other' AND m.kind <> 'profit' THEN m.account_id END AS account_id,
    CASE WHEN k.kind = 'other' AND m.kind <> 'profit' THEN m.account_name END AS account_name,
    CASE WHEN k.kind = 'other' AND m.kind <> 'profit' THEN m.account_type END AS account_type,
    CASE WHEN k.kind = 'other' OR m.kind = 'cash' THEN m.movement ELSE 0 END AS movement
  FROM moved AS m CROSS JOIN kinds AS k
  WHERE k.kind = 'cash' OR m.kind = 'profit' OR (m.kind <> 'cash' AND m.movement <> 0)
),
summed AS (
  SELECT t._realm_id, t.month_end, t.home_currency, t.kind, t.account_id, t.account_name, t.account_type,
    CAST(SUM(t.movement) AS DECIMAL(31, 2)) AS movement
  FROM told AS t
  GROUP BY t._realm_id, t.month_end, t.home_currency, t.kind, t.account_id, t.account_name, t.account_type
),
held AS (
  SELECT s.*, CAST(SUM(s.movement) OVER (PARTITION BY s._realm_id, s.kind ORDER BY s.month_end
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DECIMAL(31, 2)) AS held
  FROM summed AS s
),
sections AS (
  SELECT 'operating' AS kind, 'Operating activities' AS section, 1 AS section_order
  UNION ALL SELECT 'profit', 'Operating activities', 1
  UNION ALL SELECT 'investing', 'Investing activities', 2
  UNION ALL SELECT 'financing', 'Financing activities', 3
  UNION ALL SELECT 'cash', 'Net change in cash', 4
  UNION ALL SELECT 'cash', 'Cash at beginning', 5
  UNION ALL SELECT 'cash', 'Cash at end', 6
)
SELECT
  h._realm_id, h.month_end, s.section, CAST(s.section_order AS BIGINT) AS section_order, h.account_id,
  CASE WHEN h.kind = 'profit' THEN 'Net income' ELSE h.account_name END AS account_name, h.account_type,
  CAST(CASE s.section_order WHEN 4 THEN h.movement WHEN 5 THEN h.held - h.movement WHEN 6 THEN h.held ELSE -h.movement END
    AS DECIMAL(31, 2)) AS amount,
  h.home_currency AS currency
FROM held AS h INNER JOIN sections AS s ON s.kind = h.kind
