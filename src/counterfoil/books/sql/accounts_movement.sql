-- What changed the open amount of each document, and when: its sum up to a day is what was open on that day.
WITH preferred AS ({preferred}),
names AS ({names}),
heads AS (
  SELECT t.key, t.realm, t.type, t.id, t.day, t.due, t.number, t.reported, t.name_type, t.name_id,
    COALESCE(t.currency, f.home) AS currency, COALESCE(NULLIF(t.rate, 0), 1) AS rate
  FROM ({heads}) AS t LEFT JOIN preferred AS f ON f.realm = t.realm
),
owed AS (
  SELECT p._realm_id || '|' || p.transaction_type || '|' || p.transaction_id AS key, p.account_id AS account,
    p.name_type, p.name_id, CAST(SUM({sign} * p.foreign_amount) AS DECIMAL(38, 9)) AS amount
  FROM general_ledger_posting AS p
  WHERE p.account_type = '{account_type}'
  GROUP BY p._realm_id || '|' || p.transaction_type || '|' || p.transaction_id, p.account_id, p.name_type, p.name_id
),
documents AS (
  SELECT o.key, MIN(o.account) AS account, MIN(o.name_type) AS name_type, MIN(o.name_id) AS name_id, COUNT(*) AS names
  FROM owed AS o GROUP BY o.key
),
applied AS (
  SELECT l.key, l.their_key, d.account, h.name_type, h.name_id,
    CASE WHEN d.names = 1 THEN d.name_type ELSE h.name_type END AS their_name_type,
    CASE WHEN d.names = 1 THEN d.name_id ELSE h.name_id END AS their_name_id,
    CASE WHEN t.day > h.day THEN t.day ELSE h.day END AS day, l.amount
  FROM ({links}) AS l
  INNER JOIN heads AS h ON h.key = l.key
  INNER JOIN heads AS t ON t.key = l.their_key
  INNER JOIN documents AS d ON d.key = l.their_key
  WHERE l.type = '{payment}'
),
moved AS (
  SELECT o.key, h.day, o.account, o.name_type, o.name_id, o.amount, o.key AS by_key
  FROM owed AS o INNER JOIN heads AS h ON h.key = o.key
  UNION ALL
  SELECT a.their_key, a.day, a.account, a.their_name_type, a.their_name_id, -a.amount, a.key FROM applied AS a
  UNION ALL
  SELECT a.key, a.day, a.account, a.name_type, a.name_id, a.amount, a.their_key FROM applied AS a
)
SELECT
  h.realm AS _realm_id, m.day AS moved_on, h.type AS transaction_type, h.id AS transaction_id,
  h.number AS doc_number, h.day AS transaction_date, COALESCE(h.due, h.day) AS due_date, m.account AS account_id,
  m.name_type, m.name_id, n.name, h.currency, CAST(h.rate AS DECIMAL(38, 9)) AS exchange_rate,
  CAST(m.amount AS DECIMAL(38, 9)) AS amount, b.type AS moved_by_type, b.id AS moved_by_id,
  CAST({reported_sign} * h.reported AS DECIMAL(38, 9)) AS reported_balance
FROM moved AS m
INNER JOIN heads AS h ON h.key = m.key
INNER JOIN heads AS b ON b.key = m.by_key
LEFT JOIN names AS n ON n.key = h.realm || '|' || m.name_type || '|' || m.name_id
WHERE m.amount <> 0
