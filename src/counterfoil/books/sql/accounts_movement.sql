-- What changed the open amount of each document, and when: its sum up to a day is what was open on that day.
WITH preferred AS ({preferred}),
names AS ({names}),
heads AS (
  SELECT t.realm, t.type, t.id, t.day, t.due, t.number, t.reported, t.name_type, t.name_id,
    COALESCE(t.currency, f.home) AS currency, COALESCE(NULLIF(t.rate, 0), 1) AS rate
  FROM ({heads}) AS t LEFT JOIN preferred AS f ON f.realm = t.realm
),
owed AS (
  SELECT p._realm_id AS realm, p.transaction_type AS type, p.transaction_id AS id, p.account_id AS account,
    p.name_type, p.name_id, SUM({sign} * p.foreign_amount) AS amount
  FROM general_ledger_posting AS p
  WHERE p.account_type = '{account_type}'
  GROUP BY p._realm_id, p.transaction_type, p.transaction_id, p.account_id, p.name_type, p.name_id
),
documents AS (
  SELECT o.realm, o.type, o.id, MIN(o.account) AS account, MIN(o.name_type) AS name_type, MIN(o.name_id) AS name_id,
    COUNT(*) AS names
  FROM owed AS o GROUP BY o.realm, o.type, o.id
),
applied AS (
  SELECT l.realm, l.type, l.id, l.their_type, l.their_id, d.account, h.name_type, h.name_id,
    CASE WHEN d.names = 1 THEN d.name_type ELSE h.name_type END AS their_name_type,
    CASE WHEN d.names = 1 THEN d.name_id ELSE h.name_id END AS their_name_id,
    CASE WHEN t.day > h.day THEN t.day ELSE h.day END AS day, l.amount
  FROM ({links}) AS l
  INNER JOIN heads AS h ON h.realm = l.realm AND h.type = l.type AND h.id = l.id
  INNER JOIN heads AS t ON t.realm = l.realm AND t.type = l.their_type AND t.id = l.their_id
  INNER JOIN documents AS d ON d.realm = l.realm AND d.type = l.their_type AND d.id = l.their_id
  WHERE l.type = '{payment}'
),
moved AS (
  SELECT o.realm, h.day, o.type, o.id, o.account, o.name_type, o.name_id, o.amount, o.type AS by_type, o.id AS by_id
  FROM owed AS o INNER JOIN heads AS h ON h.realm = o.realm AND h.type = o.type AND h.id = o.id
  UNION ALL
  SELECT a.realm, a.day, a.their_type, a.their_id, a.account, a.their_name_type, a.their_name_id, -a.amount, a.type,
    a.id
  FROM applied AS a
  UNION ALL
  SELECT a.realm, a.day, a.type, a.id, a.account, a.name_type, a.name_id, a.amount, a.their_type, a.their_id
  FROM applied AS a
)
SELECT
  m.realm AS _realm_id, m.day AS moved_on, m.type AS transaction_type, m.id AS transaction_id,
  h.number AS doc_number, h.day AS transaction_date, COALESCE(h.due, h.day) AS due_date, m.account AS account_id,
  m.name_type, m.name_id, n.name, h.currency, CAST(h.rate AS DECIMAL(38, 9)) AS exchange_rate,
  CAST(m.amount AS DECIMAL(38, 9)) AS amount, m.by_type AS moved_by_type, m.by_id AS moved_by_id,
  CAST({reported_sign} * h.reported AS DECIMAL(38, 9)) AS reported_balance
FROM moved AS m
INNER JOIN heads AS h ON h.realm = m.realm AND h.type = m.type AND h.id = m.id
LEFT JOIN names AS n ON n.realm = m.realm AND n.type = m.name_type AND n.id = m.name_id
WHERE m.amount <> 0
