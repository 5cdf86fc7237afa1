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
sides AS (SELECT 'own' AS side UNION ALL SELECT 'retained'),
sided AS (
  SELECT r.*, CASE WHEN s.side = 'own' THEN 1 ELSE 0 END AS is_own
  FROM running AS r CROSS JOIN sides AS s WHERE s.side = 'own' OR r.is_profit = 1
),
entries AS (
  SELECT s._realm_id, s.month_end, s.fiscal_year, s.home_currency,
    CASE WHEN s.is_own = 1 THEN s.account_id ELSE e.id END AS account_id,
    CASE WHEN s.is_own = 1 THEN s.account_name ELSE COALESCE(e.full_name, 'Retained Earnings') END AS account_name,
    CASE WHEN s.is_own = 1 THEN s.account_number ELSE e.number END AS account_number,
    CASE WHEN s.is_own = 1 THEN s.account_type ELSE 'Equity' END AS account_type,
    CASE WHEN s.is_own = 1 THEN s.account_sub_type ELSE 'RetainedEarnings' END AS account_sub_type,
    CASE WHEN s.is_own = 1 THEN s.classification ELSE COALESCE(e.classification, 'Equity') END AS classification,
    CASE WHEN s.is_own = 1 THEN s.account_currency ELSE s.home_currency END AS account_currency,
    CASE WHEN s.is_own = 1 THEN s.debit ELSE 0 END AS debit,
    CASE WHEN s.is_own = 1 THEN s.credit ELSE 0 END AS credit,
    CASE WHEN s.is_own = 0 THEN s.ever - s.this_year WHEN s.is_profit = 1 THEN s.this_year ELSE s.ever END AS balance,
    CASE
      WHEN s.is_own = 0 THEN CAST(s.ever - s.this_year AS DECIMAL(38, 9))
      WHEN s.is_profit = 1 THEN CAST(s.this_year AS DECIMAL(38, 9))
      ELSE s.ever_foreign
    END AS foreign_balance
  FROM sided AS s LEFT JOIN retained AS e ON e.realm = s._realm_id
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
