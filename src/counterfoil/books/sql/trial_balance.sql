-- Each account's balance at the end of each month. Income and expenses begin anew each fiscal year: what they came to
-- in the years before stands in retained earnings, as QuickBooks has it without an entry for it. Debits are positive.
WITH running AS (
  SELECT a.*,
    CAST(SUM(a.movement) OVER (PARTITION BY a._realm_id, a.account_id ORDER BY a.month_end
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DECIMAL(31, 2)) AS ever,
    CAST(SUM(a.movement) OVER (PARTITION BY a._realm_id, a.account_id, a.fiscal_year ORDER BY a.month_end
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DECIMAL(31, 2)) AS this_year,
    CAST(SUM(a.foreign_movement) OVER (PARTITION BY a._realm_id, a.account_id ORDER BY a.month_end
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DECIMAL(38, 9)) AS ever_foreign
  FROM account_month AS a
),
kept AS (
  SELECT r._realm_id, r.month_end, r.fiscal_year, r.home_currency, CAST(SUM(r.ever - r.this_year) AS DECIMAL(31, 2)) AS balance
  FROM running AS r WHERE r.is_profit = 1 GROUP BY r._realm_id, r.month_end, r.fiscal_year, r.home_currency
),
accounts AS ({accounts}),
retained AS (
  SELECT c.realm, c.id, c.full_name, c.number, c.classification
  FROM (
    SELECT a.realm, a.id, a.full_name, a.number, a.classification, ROW_NUMBER() OVER (
      PARTITION BY a.realm ORDER BY CASE WHEN a.active = TRUE THEN 0 ELSE 1 END, LENGTH(a.id), a.id
    ) AS place
    FROM accounts AS a WHERE a.sub_type = 'RetainedEarnings'
  ) AS c
  WHERE c.place = 1
),
entries AS (
  SELECT r._realm_id, r.month_end, r.fiscal_year, r.home_currency, r.account_id, r.account_name, r.account_number,
    r.account_type, r.account_sub_type, r.classification, r.account_currency, r.is_profit, r.debit, r.credit,
    CASE WHEN r.is_profit = 1 THEN r.this_year ELSE r.ever END AS balance,
    CASE WHEN r.is_profit = 1 THEN r.this_year ELSE r.ever_foreign END AS foreign_balance
  FROM running AS r
  UNION ALL
  SELECT k._realm_id, k.month_end, k.fiscal_year, k.home_currency, e.id, COALESCE(e.full_name, 'Retained Earnings'),
    e.number, 'Equity', 'RetainedEarnings', COALESCE(e.classification, 'Equity'), k.home_currency, 0, 0, 0, k.balance,
    k.balance
  FROM kept AS k LEFT JOIN retained AS e ON e.realm = k._realm_id
)
SELECT
  e._realm_id, e.month_end, CAST(e.fiscal_year AS BIGINT) AS fiscal_year, e.account_id, e.account_name,
  e.account_number, e.account_type, e.account_sub_type, e.classification, e.home_currency AS currency,
  CAST(SUM(e.debit) AS DECIMAL(31, 2)) AS month_debit,
  CAST(SUM(e.credit) AS DECIMAL(31, 2)) AS month_credit,
  CAST(SUM(e.balance) AS DECIMAL(31, 2)) AS balance,
  CAST(CASE WHEN SUM(e.balance) > 0 THEN SUM(e.balance) ELSE 0 END AS DECIMAL(31, 2)) AS debit,
  CAST(CASE WHEN SUM(e.balance) < 0 THEN -SUM(e.balance) ELSE 0 END AS DECIMAL(31, 2)) AS credit,
  e.account_currency,
  CAST(SUM(e.foreign_balance) AS DECIMAL(38, 9)) AS account_currency_balance
FROM entries AS e
GROUP BY e._realm_id, e.month_end, e.fiscal_year, e.account_id, e.account_name, e.account_number, e.account_type,
  e.account_sub_type, e.classification, e.home_currency, e.account_currency
