-- What is open today, document by document, and for how long it has been due; `reported_balance` is QuickBooks' own.
WITH summed AS (
  SELECT m._realm_id, m.transaction_type, m.transaction_id, m.doc_number, m.transaction_date, m.due_date, m.account_id,
    m.name_type, m.name_id, m.name, m.currency, m.exchange_rate, m.reported_balance, CAST(SUM(m.amount) AS DECIMAL(38, 9)) AS amount,
    DATE_DIFF('day', m.due_date, CAST(CURRENT_DATE AS DATE)) AS days
  FROM {movement} AS m
  WHERE m.moved_on <= CAST(CURRENT_DATE AS DATE)
  GROUP BY m._realm_id, m.transaction_type, m.transaction_id, m.doc_number, m.transaction_date, m.due_date, m.account_id,
    m.name_type, m.name_id, m.name, m.currency, m.exchange_rate, m.reported_balance
),
open AS (SELECT s.* FROM summed AS s WHERE s.amount <> 0)
SELECT
  o._realm_id, o.name_type, o.name_id, o.name, o.transaction_type, o.transaction_id, o.doc_number, o.transaction_date,
  o.due_date, CAST(CASE WHEN o.days > 0 THEN o.days ELSE 0 END AS BIGINT) AS days_overdue,
  CASE
    WHEN o.days <= 0 THEN 'Current' WHEN o.days <= 30 THEN '1 - 30' WHEN o.days <= 60 THEN '31 - 60'
    WHEN o.days <= 90 THEN '61 - 90' ELSE '91 and over'
  END AS bucket,
  CAST(CASE
    WHEN o.days <= 0 THEN 1 WHEN o.days <= 30 THEN 2 WHEN o.days <= 60 THEN 3 WHEN o.days <= 90 THEN 4 ELSE 5
  END AS BIGINT) AS bucket_order,
  o.account_id, CAST(ROUND(CAST(o.amount AS DECIMAL(20, 4)) * CAST(o.exchange_rate AS DECIMAL(17, 9)), 2) AS DECIMAL(31, 2)) AS open_amount, o.currency,
  o.exchange_rate, CAST(o.amount AS DECIMAL(38, 9)) AS foreign_open_amount, o.reported_balance
FROM open AS o
