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
    p.name_type, p.name_id, CAST(SUM({sign}p.foreign_amount) AS DECIMAL(38, 9)) AS amount
  FROM general_ledger_posting AS p
  WHERE p.account_type = '{account_type}'
  GROUP BY p._realm_id || '|' || p.transaction_type || '|' || p.transaction_id, p.account_id, p.name_type, p.name_id
),
documents AS (
  SELECT o.key, MIN(o.account) AS account, MIN(o.name_type) AS name_type, MIN(o.name_id) AS name_id, COUNT(*) AS names
  FROM owed AS o GROUP BY o.key
),
-- A link moves what it pays off the document, and onto the payment.
ends AS (SELECT 'document' AS moving UNION ALL SELECT 'payment'),
moved AS (
  SELECT o.key, o.key AS by_key, 'own' AS moving, o.account, o.name_type, o.name_id, 1 AS names, o.amount FROM owed AS o
  UNION ALL
  SELECT
    CASE WHEN e.moving = 'document' THEN l.their_key ELSE l.key END,
    CASE WHEN e.moving = 'document' THEN l.key ELSE l.their_key END,
    e.moving, d.account, d.name_type, d.name_id, d.names,
    CASE WHEN e.moving = 'document' THEN -l.amount ELSE l.amount END
  FROM ({links}) AS l
  INNER JOIN documents AS d ON d.key = l.their_key
  CROSS JOIN ends AS e
  WHERE l.type = '{payment}'
),
-- A document of several names is paid for the name of the payment.
named AS (
  SELECT h.realm, h.type, h.id, h.number, h.day, h.due, h.currency, h.rate, h.reported, m.account, m.amount,
    b.type AS by_type, b.id AS by_id, CASE WHEN b.day > h.day THEN b.day ELSE h.day END AS moved_on,
    CASE
      WHEN m.moving = 'payment' THEN h.name_type
      WHEN m.moving = 'own' OR m.names = 1 THEN m.name_type
      ELSE b.name_type
    END AS name_type,
    CASE
      WHEN m.moving = 'payment' THEN h.name_id
      WHEN m.moving = 'own' OR m.names = 1 THEN m.name_id
      ELSE b.name_id
    END AS name_id
  FROM moved AS m
  INNER JOIN heads AS h ON h.key = m.key
  INNER JOIN heads AS b ON b.key = m.by_key
  WHERE m.amount <> 0
)
SELECT
  m.realm AS _realm_id, m.moved_on, m.type AS transaction_type, m.id AS transaction_id, m.number AS doc_number,
  m.day AS transaction_date, COALESCE(m.due, m.day) AS due_date, m.account AS account_id, m.name_type, m.name_id,
  n.name, m.currency, CAST(m.rate AS DECIMAL(38, 9)) AS exchange_rate, CAST(m.amount AS DECIMAL(38, 9)) AS amount,
  m.by_type AS moved_by_type, m.by_id AS moved_by_id, CAST({sign}m.reported AS DECIMAL(38, 9)) AS reported_balance
FROM named AS m
LEFT JOIN names AS n ON n.key = m.realm || '|' || m.name_type || '|' || m.name_id
