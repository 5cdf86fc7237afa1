-- One row per posting: what each transaction moves in each account. Debits are positive.
-- The rules are told one by one in docs/guides/general-ledger.md.
WITH accounts AS ({accounts}),
items AS ({items}),
preferred AS ({preferred}),
agencies AS (
  SELECT g.key, COALESCE(g.sale, a.id) AS sale, COALESCE(g.buy, a.id) AS buy
  FROM ({agencies}) AS g LEFT JOIN (
    SELECT a.realm || '|' || a.name AS name, MIN(a.id) AS id FROM accounts AS a
    WHERE a.sub_type IN ('SalesTaxPayable', 'GlobalTaxPayable') GROUP BY a.realm, a.name
  ) AS a ON a.name = g.realm || '|' || g.name || ' Payable'
),
rates AS ({rates}),
names AS ({names}),
classes AS ({classes}),
departments AS ({departments}),
-- Accounts that records do not name: by type or sub type, in a currency where it matters; else the one with the lowest id.
chosen AS (
  SELECT c.realm || '|' || c.role || '|' || c.currency AS key, c.id
  FROM (
    SELECT p.realm, p.role, p.currency, p.id, ROW_NUMBER() OVER (
      PARTITION BY p.realm, p.role, p.currency
      ORDER BY p.first, CASE WHEN p.active = TRUE THEN 0 ELSE 1 END, LENGTH(p.id), p.id
    ) AS place
    FROM (
      SELECT a.realm, 'receivable' AS role, a.currency, a.id, a.active,
        CASE WHEN a.id = f.receivable THEN 0 ELSE 1 END AS first
      FROM accounts AS a LEFT JOIN preferred AS f ON f.realm = a.realm WHERE a.type = 'Accounts Receivable'
      UNION ALL
      SELECT a.realm, 'receivable', '', a.id, a.active, CASE WHEN a.id = f.receivable THEN 0 ELSE 1 END
      FROM accounts AS a LEFT JOIN preferred AS f ON f.realm = a.realm WHERE a.type = 'Accounts Receivable'
      UNION ALL
      SELECT a.realm, 'payable', a.currency, a.id, a.active, CASE WHEN a.id = f.payable THEN 0 ELSE 1 END
      FROM accounts AS a LEFT JOIN preferred AS f ON f.realm = a.realm WHERE a.type = 'Accounts Payable'
      UNION ALL
      SELECT a.realm, 'payable', '', a.id, a.active, CASE WHEN a.id = f.payable THEN 0 ELSE 1 END
      FROM accounts AS a LEFT JOIN preferred AS f ON f.realm = a.realm WHERE a.type = 'Accounts Payable'
      UNION ALL
      SELECT a.realm, 'undeposited', '', a.id, a.active, 0 FROM accounts AS a WHERE a.sub_type = 'UndepositedFunds'
      UNION ALL
      SELECT a.realm, 'tax', '', a.id, a.active, 0 FROM accounts AS a
      WHERE a.sub_type IN ('SalesTaxPayable', 'GlobalTaxPayable')
      UNION ALL
      SELECT a.realm, 'discount', '', a.id, a.active, CASE WHEN a.id = f.discount THEN 0 ELSE 1 END
      FROM accounts AS a LEFT JOIN preferred AS f ON f.realm = a.realm
      WHERE a.sub_type = 'DiscountsRefundsGiven' OR a.id = f.discount
      UNION ALL
      SELECT a.realm, 'shipping', '', a.id, a.active, CASE WHEN a.id = f.shipping THEN 0 ELSE 1 END
      FROM accounts AS a LEFT JOIN preferred AS f ON f.realm = a.realm
      WHERE a.sub_type = 'OtherPrimaryIncome' OR a.id = f.shipping
      UNION ALL
      SELECT a.realm, 'income', '', a.id, a.active, CASE WHEN a.sub_type = 'SalesOfProductIncome' THEN 0 ELSE 1 END
      FROM accounts AS a WHERE a.type = 'Income'
      UNION ALL
      SELECT a.realm, 'inventory', '', a.id, a.active, 0 FROM accounts AS a WHERE a.sub_type = 'Inventory'
      UNION ALL
      SELECT a.realm, 'cost', '', a.id, a.active, CASE WHEN a.sub_type = 'SuppliesMaterialsCogs' THEN 0 ELSE 1 END
      FROM accounts AS a WHERE a.type = 'Cost of Goods Sold'
      UNION ALL
      SELECT a.realm, 'exchange', '', a.id, a.active, 0 FROM accounts AS a WHERE a.sub_type = 'ExchangeGainOrLoss'
    ) AS p
  ) AS c
  WHERE c.place = 1
),
-- What stands on each transaction as a whole, whatever its type.
heads AS (
  SELECT
    t.key, t.realm, t.type, t.id, t.day, t.number, COALESCE(t.currency, f.home) AS currency,
    COALESCE(NULLIF(t.rate, 0), 1) AS rate, t.name_type, t.name_id, t.class_id, t.department_id, t.memo, t.sign,
    COALESCE(t.total, 0) AS total,
    COALESCE(t.control, CASE WHEN t.control_role IN ('receivable', 'payable') THEN n.account END) AS control,
    t.control_role, COALESCE(t.other_total, 0) AS other_total, COALESCE(t.other, g.sale) AS other, t.other_role, COALESCE(t.tax, 0) AS tax,
    COALESCE(t.settles, 0) AS settles, COALESCE(t.settled, n.account) AS settled, t.settled_role
  FROM ({heads}) AS t
  LEFT JOIN preferred AS f ON f.realm = t.realm
  LEFT JOIN names AS n ON n.key = t.realm || '|' || t.name_type || '|' || t.name_id
  LEFT JOIN agencies AS g ON g.key = t.realm || '|' || t.agency_id
),
lines AS ({lines}),
-- Tax that goes to the account of its agency, where an agency has one; all other tax goes to the role `tax`.
taxes AS (
  SELECT x.key, x.account, CAST(SUM(x.amount) AS DECIMAL(38, 9)) AS amount
  FROM (
    SELECT x.key, x.amount, CASE x.side WHEN 'sale' THEN g.sale WHEN 'buy' THEN g.buy END AS account
    FROM ({taxes}) AS x
    INNER JOIN rates AS r ON r.key = x.realm || '|' || x.rate_id
    INNER JOIN agencies AS g ON g.key = r.realm || '|' || r.agency_id
  ) AS x
  WHERE x.account IS NOT NULL
  GROUP BY x.key, x.account
),
taxed AS (SELECT x.key, CAST(SUM(x.amount) AS DECIMAL(38, 9)) AS amount FROM taxes AS x GROUP BY x.key),
-- A payment takes each document off the account at the document's own rate, and what is left at its own.
paid AS (
  SELECT l.key, h.rate, d.rate AS their_rate, l.amount
  FROM ({links}) AS l
  INNER JOIN heads AS h ON h.key = l.key
  INNER JOIN heads AS d ON d.key = l.their_key
  WHERE d.rate <> h.rate
),
settled AS (
  SELECT s.key, s.rate, CAST(SUM(s.amount) AS DECIMAL(38, 9)) AS amount
  FROM (
    SELECT h.key, h.rate, h.settles AS amount FROM heads AS h WHERE h.settled_role IS NOT NULL
    UNION ALL
    SELECT p.key, p.rate, -p.amount FROM paid AS p
    UNION ALL
    SELECT p.key, p.their_rate, p.amount FROM paid AS p
  ) AS s
  GROUP BY s.key, s.rate
),
-- Stock that a sale or a count moves, at cost.
stock AS (
  SELECT
    l.key, l.place, l.part, l.line_id, l.item_id, l.class_id, l.memo, i.asset,
    CASE WHEN l.side = 'stock' THEN COALESCE(h.control, i.expense) ELSE i.expense END AS cost_account,
    CASE WHEN l.side = 'stock' THEN l.quantity ELSE -h.sign * l.quantity END AS quantity,
    CASE WHEN i.purchase_cost <> 0 THEN 'purchase cost' WHEN i.average_cost <> 0 THEN 'average cost' END AS source,
    ROUND(
      CASE WHEN l.side = 'stock' THEN l.quantity ELSE -h.sign * l.quantity END
      * COALESCE(NULLIF(i.purchase_cost, 0), i.average_cost, 0), 2
    ) AS value
  FROM lines AS l
  INNER JOIN items AS i ON i.key = l.realm || '|' || l.item_id AND i.type = 'Inventory'
  INNER JOIN heads AS h ON h.key = l.key
  WHERE l.side IN ('sale', 'stock') AND l.quantity <> 0
),
legs AS (
  SELECT
    h.key, 'total' AS part, CAST(0 AS BIGINT) AS place, CAST(NULL AS VARCHAR) AS line_id,
    h.control AS account, h.control_role AS role, h.total AS amount, h.rate, h.name_type, h.name_id, h.class_id,
    h.memo, CAST(NULL AS VARCHAR) AS item_id, CAST(NULL AS DECIMAL(38, 9)) AS quantity,
    CAST(NULL AS DECIMAL(31, 2)) AS value, CAST(NULL AS VARCHAR) AS source, FALSE AS is_cost
  FROM heads AS h WHERE h.total <> 0
  UNION ALL
  SELECT
    h.key, 'other', 1, NULL, h.other, h.other_role, h.other_total, h.rate, h.name_type, h.name_id,
    h.class_id, h.memo, NULL, NULL, NULL, NULL, FALSE
  FROM heads AS h WHERE h.other_total <> 0
  UNION ALL
  SELECT
    s.key,
    CASE WHEN s.rate = h.rate THEN 'settled' ELSE 'settled at ' || CAST(s.rate AS VARCHAR) END,
    2, NULL, h.settled, h.settled_role, CASE WHEN h.type = 'Payment' THEN -s.amount ELSE s.amount END, s.rate, h.name_type, h.name_id, h.class_id, h.memo, NULL, NULL, NULL,
    NULL, FALSE
  FROM settled AS s INNER JOIN heads AS h ON h.key = s.key
  WHERE s.amount <> 0
  UNION ALL
  SELECT
    l.key, l.part, l.place, l.line_id,
    CASE
      WHEN l.side = 'buy' AND i.type = 'Inventory' THEN COALESCE(i.asset, l.account)
      WHEN l.side = 'buy' THEN COALESCE(l.account, i.expense)
      WHEN l.side = 'sale' THEN COALESCE(l.account, i.income)
      ELSE l.account
    END,
    CASE WHEN l.side = 'buy' AND i.type = 'Inventory' THEN 'inventory' ELSE l.role END,
    h.sign * l.amount, h.rate, COALESCE(l.name_type, h.name_type), COALESCE(l.name_id, h.name_id),
    COALESCE(l.class_id, h.class_id), COALESCE(l.memo, h.memo), l.item_id, l.quantity, NULL, NULL, FALSE
  FROM lines AS l
  INNER JOIN heads AS h ON h.key = l.key
  LEFT JOIN items AS i ON i.key = l.realm || '|' || l.item_id
  WHERE l.amount <> 0
  UNION ALL
  SELECT
    s.key, s.part || ' stock', s.place + 1, s.line_id, s.asset, 'inventory',
    CASE WHEN h.rate = 1 THEN s.value END, h.rate, h.name_type, h.name_id, COALESCE(s.class_id, h.class_id),
    COALESCE(s.memo, h.memo), s.item_id, s.quantity, s.value, s.source, TRUE
  FROM stock AS s INNER JOIN heads AS h ON h.key = s.key
  UNION ALL
  SELECT
    s.key, s.part || ' cost', s.place + 2, s.line_id, s.cost_account, 'cost',
    CASE WHEN h.rate = 1 THEN -s.value END, h.rate, h.name_type, h.name_id, COALESCE(s.class_id, h.class_id),
    COALESCE(s.memo, h.memo), s.item_id, -s.quantity, -s.value, s.source, TRUE
  FROM stock AS s INNER JOIN heads AS h ON h.key = s.key
  UNION ALL
  SELECT
    h.key, 'tax', 4000000000, NULL, NULL, 'tax', h.tax - COALESCE(x.amount, 0), h.rate, h.name_type,
    h.name_id, h.class_id, h.memo, NULL, NULL, NULL, NULL, FALSE
  FROM heads AS h LEFT JOIN taxed AS x ON x.key = h.key
  WHERE h.tax <> COALESCE(x.amount, 0)
  UNION ALL
  SELECT
    x.key, 'tax to ' || x.account, 4000000001, NULL, x.account, NULL, x.amount, h.rate, h.name_type,
    h.name_id, h.class_id, h.memo, NULL, NULL, NULL, NULL, FALSE
  FROM taxes AS x INNER JOIN heads AS h ON h.key = x.key
  WHERE x.amount <> 0
),
-- Every posting to the cent, in home currency.
rounded AS (
  SELECT l.*, CAST(COALESCE(l.value, ROUND(l.amount * l.rate, 2)) AS DECIMAL(31, 2)) AS home FROM legs AS l
),
-- What a transaction lacks to balance: what conversion left over, and what a payment gained or lost on the rate.
rest AS (
  SELECT s.key, s.home, s.legs, s.amount
  FROM (
    SELECT r.key, CAST(-SUM(r.home) AS DECIMAL(31, 2)) AS home, COUNT(*) AS legs, CAST(-SUM(COALESCE(r.amount, 0)) AS DECIMAL(38, 9)) AS amount
    FROM rounded AS r GROUP BY r.key
  ) AS s
  WHERE s.home <> 0
),
whole AS (
  SELECT
    r.key, r.part, r.place, r.line_id, r.account, r.role, r.amount, r.home, r.name_type, r.name_id,
    r.class_id, r.memo, r.item_id, r.quantity, r.source, r.is_cost
  FROM rounded AS r
  UNION ALL
  SELECT
    r.key,
    CASE WHEN r.amount = 0 AND h.rate <> 1 THEN 'exchange' ELSE 'rest' END, 4000000002, NULL, NULL,
    CASE
      WHEN r.amount = 0 AND (h.settled_role IS NOT NULL OR ABS(r.home) <= 0.01 * r.legs) THEN 'exchange'
    END,
    CASE WHEN r.amount = 0 THEN 0 ELSE r.amount END, r.home, h.name_type, h.name_id, h.class_id, h.memo, NULL, NULL,
    NULL, FALSE
  FROM rest AS r INNER JOIN heads AS h ON h.key = r.key
)
SELECT
  h.realm AS _realm_id,
  h.day AS transaction_date,
  h.type AS transaction_type,
  h.id AS transaction_id,
  w.part AS posting,
  w.place AS posting_order,
  w.line_id,
  h.number AS doc_number,
  COALESCE(w.account, c.id, e.id) AS account_id,
  a.full_name AS account_name,
  a.number AS account_number,
  a.type AS account_type,
  a.sub_type AS account_sub_type,
  a.classification,
  COALESCE(a.currency, f.home) AS account_currency,
  w.name_type,
  w.name_id,
  n.name,
  w.class_id,
  k.name AS class_name,
  h.department_id,
  d.name AS department_name,
  w.item_id,
  w.quantity,
  w.memo,
  CAST(CASE WHEN w.home > 0 THEN w.home ELSE 0 END AS DECIMAL(31, 2)) AS debit,
  CAST(CASE WHEN w.home < 0 THEN -w.home ELSE 0 END AS DECIMAL(31, 2)) AS credit,
  CAST(w.home AS DECIMAL(31, 2)) AS amount,
  h.currency,
  CAST(h.rate AS DECIMAL(38, 9)) AS exchange_rate,
  CAST(w.amount AS DECIMAL(38, 9)) AS foreign_amount,
  w.is_cost AS is_inventory_cost,
  w.source AS cost_source
FROM whole AS w
INNER JOIN heads AS h ON h.key = w.key
LEFT JOIN chosen AS c ON c.key = h.realm || '|' || w.role || '|' || h.currency
LEFT JOIN chosen AS e ON e.key = h.realm || '|' || w.role || '|'
LEFT JOIN accounts AS a ON a.key = h.realm || '|' || COALESCE(w.account, c.id, e.id)
LEFT JOIN names AS n ON n.key = h.realm || '|' || w.name_type || '|' || w.name_id
LEFT JOIN classes AS k ON k.key = h.realm || '|' || w.class_id
LEFT JOIN departments AS d ON d.key = h.realm || '|' || h.department_id
LEFT JOIN preferred AS f ON f.realm = h.realm
WHERE w.home <> 0 OR w.amount <> 0
