-- One row per posting: what each transaction moves in each account. Debits are positive.
-- The rules are told one by one in docs/guides/general-ledger.md. Each part is read as few times as can be, and the
-- postings of a transaction are counted together by windows: many warehouses plan a part anew for each mention of it.
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
roles AS (
  SELECT 'receivable' AS role, 1 AS by_currency UNION ALL SELECT 'receivable', 0
  UNION ALL SELECT 'payable', 1 UNION ALL SELECT 'payable', 0
  UNION ALL SELECT 'undeposited', 0 UNION ALL SELECT 'tax', 0 UNION ALL SELECT 'discount', 0
  UNION ALL SELECT 'shipping', 0 UNION ALL SELECT 'income', 0 UNION ALL SELECT 'inventory', 0
  UNION ALL SELECT 'cost', 0 UNION ALL SELECT 'exchange', 0
),
chosen AS (
  SELECT c.realm || '|' || c.role || '|' || c.currency AS key, c.id
  FROM (
    SELECT p.realm, p.role, p.currency, p.id, ROW_NUMBER() OVER (
      PARTITION BY p.realm, p.role, p.currency
      ORDER BY p.first, CASE WHEN p.active = TRUE THEN 0 ELSE 1 END, LENGTH(p.id), p.id
    ) AS place
    FROM (
      SELECT a.realm, r.role, CASE WHEN r.by_currency = 1 THEN a.currency ELSE '' END AS currency, a.id, a.active,
        CASE
          WHEN r.role = 'receivable' AND a.id = f.receivable THEN 0
          WHEN r.role = 'payable' AND a.id = f.payable THEN 0
          WHEN r.role = 'discount' AND a.id = f.discount THEN 0
          WHEN r.role = 'shipping' AND a.id = f.shipping THEN 0
          WHEN r.role = 'income' AND a.sub_type = 'SalesOfProductIncome' THEN 0
          WHEN r.role = 'cost' AND a.sub_type = 'SuppliesMaterialsCogs' THEN 0
          ELSE 1
        END AS first
      FROM accounts AS a LEFT JOIN preferred AS f ON f.realm = a.realm CROSS JOIN roles AS r
      WHERE (r.role = 'receivable' AND a.type = 'Accounts Receivable')
        OR (r.role = 'payable' AND a.type = 'Accounts Payable')
        OR (r.role = 'undeposited' AND a.sub_type = 'UndepositedFunds')
        OR (r.role = 'tax' AND a.sub_type IN ('SalesTaxPayable', 'GlobalTaxPayable'))
        OR (r.role = 'discount' AND (a.sub_type = 'DiscountsRefundsGiven' OR a.id = f.discount))
        OR (r.role = 'shipping' AND (a.sub_type = 'OtherPrimaryIncome' OR a.id = f.shipping))
        OR (r.role = 'income' AND a.type = 'Income')
        OR (r.role = 'inventory' AND a.sub_type = 'Inventory')
        OR (r.role = 'cost' AND a.type = 'Cost of Goods Sold')
        OR (r.role = 'exchange' AND a.sub_type = 'ExchangeGainOrLoss')
    ) AS p
  ) AS c
  WHERE c.place = 1
),
-- What stands on each transaction as a whole, whatever its type.
heads AS (
  SELECT
    t.key, t.realm, t.type, t.id, t.day, t.number, COALESCE(t.currency, f.home) AS currency, f.home,
    COALESCE(NULLIF(t.rate, 0), 1) AS rate, t.name_type, t.name_id, t.class_id, t.department_id, t.memo, t.sign,
    COALESCE(t.total, 0) AS total,
    COALESCE(t.control, CASE WHEN t.control_role IN ('receivable', 'payable') THEN n.account END) AS control,
    t.control_role, COALESCE(t.other_total, 0) AS other_total, COALESCE(t.other, g.sale) AS other, t.other_role,
    COALESCE(t.tax, 0) AS tax, COALESCE(t.settles, 0) AS settles, COALESCE(t.settled, n.account) AS settled,
    t.settled_role
  FROM ({heads}) AS t
  LEFT JOIN preferred AS f ON f.realm = t.realm
  LEFT JOIN names AS n ON n.key = t.realm || '|' || t.name_type || '|' || t.name_id
  LEFT JOIN agencies AS g ON g.key = t.realm || '|' || t.agency_id
),
-- Lines; tax that goes to the account of its agency, where an agency has one (all other tax goes to the role `tax`);
-- and what a payment takes off documents, by their rates.
entries AS (
  SELECT
    l.key, 'line' AS kind, l.side, l.place, l.part, l.line_id, l.realm || '|' || l.item_id AS item_key, l.item_id,
    l.quantity, l.account, l.role, l.amount, CAST(NULL AS DECIMAL(38, 9)) AS rate, l.class_id, l.memo, l.name_type,
    l.name_id
  FROM ({lines}) AS l
  UNION ALL
  SELECT
    x.key, 'tax', NULL, 4000000001, 'tax to ' || x.account, NULL, NULL, NULL, NULL, x.account, NULL,
    CAST(SUM(x.amount) AS DECIMAL(38, 9)), NULL, NULL, NULL, NULL, NULL
  FROM (
    SELECT x.key, x.amount, CASE x.side WHEN 'sale' THEN g.sale WHEN 'buy' THEN g.buy END AS account
    FROM ({taxes}) AS x
    INNER JOIN rates AS r ON r.key = x.realm || '|' || x.rate_id
    INNER JOIN agencies AS g ON g.key = r.realm || '|' || r.agency_id
  ) AS x
  WHERE x.account IS NOT NULL
  GROUP BY x.key, x.account
  UNION ALL
  SELECT
    l.key, 'link', NULL, 2, 'settled at ' || CAST(h.rate AS VARCHAR), NULL, NULL, NULL, NULL, NULL, NULL,
    CAST(SUM(l.amount) AS DECIMAL(38, 9)), h.rate, NULL, NULL, NULL, NULL
  FROM ({links}) AS l INNER JOIN heads AS h ON h.key = l.their_key
  GROUP BY l.key, h.rate
),
-- Each entry beside its transaction, or the transaction alone. The first of them speaks for the transaction too.
-- A payment takes each document off the account at the document's own rate, and what is left at its own.
told AS (
  SELECT
    h.key, h.realm, h.type, h.id, h.day, h.number, h.currency, h.home, h.rate, h.name_type, h.name_id, h.class_id,
    h.department_id, h.memo, h.total, h.control, h.control_role, h.other_total, h.other, h.other_role, h.tax, h.settles,
    h.settled, h.settled_role, e.kind, e.place, e.part, e.line_id, e.item_id, e.quantity,
    CASE WHEN e.kind = 'line' AND h.sign < 0 THEN -e.amount WHEN e.kind = 'link' AND h.type = 'Payment' THEN -e.amount
      ELSE e.amount END AS amount,
    CASE WHEN e.kind = 'link' THEN e.rate ELSE h.rate END AS entry_rate,
    COALESCE(e.name_type, h.name_type) AS entry_name_type, COALESCE(e.name_id, h.name_id) AS entry_name_id,
    COALESCE(e.class_id, h.class_id) AS entry_class_id, COALESCE(e.memo, h.memo) AS entry_memo,
    CASE
      WHEN e.kind = 'link' THEN h.settled
      WHEN e.side = 'buy' AND i.type = 'Inventory' THEN COALESCE(i.asset, e.account)
      WHEN e.side = 'buy' THEN COALESCE(e.account, i.expense)
      WHEN e.side = 'sale' THEN COALESCE(e.account, i.income)
      ELSE e.account
    END AS account,
    CASE
      WHEN e.kind = 'link' THEN h.settled_role
      WHEN e.side = 'buy' AND i.type = 'Inventory' THEN 'inventory'
      ELSE e.role
    END AS role,
    -- Stock that a sale or a count moves, at cost.
    CASE WHEN e.side IN ('sale', 'stock') AND e.quantity <> 0 AND i.type = 'Inventory' THEN 1 ELSE 0 END AS is_stock,
    i.asset,
    CASE WHEN e.side = 'stock' THEN COALESCE(h.control, i.expense) ELSE i.expense END AS cost_account,
    CASE WHEN e.side = 'sale' AND h.sign > 0 THEN -e.quantity ELSE e.quantity END AS moved,
    COALESCE(NULLIF(i.purchase_cost, 0), i.average_cost, 0) AS cost,
    CASE WHEN i.purchase_cost <> 0 THEN 'purchase cost' WHEN i.average_cost <> 0 THEN 'average cost' END AS source,
    ROW_NUMBER() OVER (PARTITION BY h.key ORDER BY e.place, e.part) AS turn,
    CAST(SUM(CASE WHEN e.kind = 'tax' THEN e.amount ELSE 0 END) OVER (PARTITION BY h.key) AS DECIMAL(38, 9)) AS taxed,
    CAST(SUM(CASE WHEN e.kind = 'link' AND e.rate <> h.rate THEN e.amount ELSE 0 END) OVER (PARTITION BY h.key)
      AS DECIMAL(38, 9)) AS settled_else
  FROM heads AS h
  LEFT JOIN entries AS e ON e.key = h.key
  LEFT JOIN items AS i ON i.key = e.item_key
),
valued AS (
  SELECT t.*,
    CASE WHEN t.type = 'Payment' THEN t.settled_else - t.settles ELSE t.settles - t.settled_else END AS settled_own,
    CAST(ROUND(CAST(t.moved AS DECIMAL(19, 7)) * CAST(t.cost AS DECIMAL(18, 7)), 2) AS DECIMAL(31, 2)) AS value
  FROM told AS t
),
legs AS (
  SELECT 'total' AS leg, 0 AS place UNION ALL SELECT 'other', 1 UNION ALL SELECT 'settled', 2
  UNION ALL SELECT 'entry', 0 UNION ALL SELECT 'stock', 1 UNION ALL SELECT 'cost', 2
  UNION ALL SELECT 'tax', 4000000000 UNION ALL SELECT 'rest', 4000000002
),
posted AS (
  SELECT
    v.key, v.realm, v.type, v.id, v.day, v.number, v.currency, v.home, v.department_id, v.settled_role, l.leg,
    CASE l.leg WHEN 'entry' THEN v.part WHEN 'stock' THEN v.part || ' stock' WHEN 'cost' THEN v.part || ' cost'
      ELSE l.leg END AS part,
    CASE WHEN l.leg IN ('entry', 'stock', 'cost') THEN v.place + l.place ELSE l.place END AS place,
    CASE WHEN l.leg IN ('entry', 'stock', 'cost') THEN v.line_id END AS line_id,
    CASE l.leg WHEN 'total' THEN v.control WHEN 'other' THEN v.other WHEN 'settled' THEN v.settled
      WHEN 'entry' THEN v.account WHEN 'stock' THEN v.asset WHEN 'cost' THEN v.cost_account END AS account,
    CASE l.leg WHEN 'total' THEN v.control_role WHEN 'other' THEN v.other_role WHEN 'settled' THEN v.settled_role
      WHEN 'entry' THEN v.role WHEN 'stock' THEN 'inventory' WHEN 'cost' THEN 'cost' WHEN 'tax' THEN 'tax' END AS role,
    CASE
      WHEN l.leg = 'total' THEN v.total
      WHEN l.leg = 'other' THEN v.other_total
      WHEN l.leg = 'settled' THEN v.settled_own
      WHEN l.leg = 'tax' THEN v.tax - v.taxed
      WHEN l.leg = 'entry' THEN v.amount
      WHEN l.leg = 'stock' AND v.rate = 1 THEN CAST(v.value AS DECIMAL(38, 9))
      WHEN l.leg = 'cost' AND v.rate = 1 THEN CAST(-v.value AS DECIMAL(38, 9))
    END AS amount,
    v.rate, CASE WHEN l.leg = 'entry' THEN v.entry_rate ELSE v.rate END AS leg_rate,
    CASE WHEN l.leg IN ('entry', 'stock', 'cost') THEN v.entry_name_type ELSE v.name_type END AS name_type,
    CASE WHEN l.leg IN ('entry', 'stock', 'cost') THEN v.entry_name_id ELSE v.name_id END AS name_id,
    CASE WHEN l.leg IN ('entry', 'stock', 'cost') THEN v.entry_class_id ELSE v.class_id END AS class_id,
    CASE WHEN l.leg IN ('entry', 'stock', 'cost') THEN v.entry_memo ELSE v.memo END AS memo,
    CASE WHEN l.leg IN ('entry', 'stock', 'cost') THEN v.item_id END AS item_id,
    CASE l.leg WHEN 'entry' THEN v.quantity WHEN 'stock' THEN v.moved WHEN 'cost' THEN -v.moved END AS quantity,
    CASE l.leg WHEN 'stock' THEN v.value WHEN 'cost' THEN -v.value END AS value,
    CASE WHEN l.leg IN ('stock', 'cost') THEN v.source END AS source,
    CASE WHEN l.leg IN ('stock', 'cost') THEN TRUE ELSE FALSE END AS is_cost
  FROM valued AS v CROSS JOIN legs AS l
  WHERE (l.leg = 'total' AND v.turn = 1 AND v.total <> 0)
    OR (l.leg = 'other' AND v.turn = 1 AND v.other_total <> 0)
    OR (l.leg = 'settled' AND v.turn = 1 AND v.settled_own <> 0)
    OR (l.leg = 'tax' AND v.turn = 1 AND v.tax <> v.taxed)
    OR (l.leg = 'entry' AND v.amount <> 0 AND (v.kind <> 'link' OR v.entry_rate <> v.rate))
    OR (l.leg IN ('stock', 'cost') AND v.is_stock = 1)
    OR (l.leg = 'rest' AND v.turn = 1)
),
-- Every posting to the cent, in home currency.
rounded AS (
  SELECT p.*, COALESCE(
    p.value, CAST(ROUND(CAST(p.amount AS DECIMAL(20, 4)) * CAST(p.leg_rate AS DECIMAL(17, 9)), 2) AS DECIMAL(31, 2)), 0
  ) AS moved
  FROM posted AS p
),
-- What a transaction lacks to balance: what conversion left over, and what a payment gained or lost on the rate.
balanced AS (
  SELECT r.*,
    CAST(-SUM(r.moved) OVER (PARTITION BY r.key) AS DECIMAL(31, 2)) AS rest,
    CAST(-SUM(COALESCE(r.amount, 0)) OVER (PARTITION BY r.key) AS DECIMAL(38, 9)) AS foreign_rest,
    COUNT(*) OVER (PARTITION BY r.key) - 1 AS postings
  FROM rounded AS r
),
whole AS (
  SELECT
    b.realm, b.type, b.id, b.day, b.number, b.currency, b.home, b.department_id, b.rate,
    CASE WHEN b.leg <> 'rest' THEN b.part WHEN b.foreign_rest = 0 AND b.rate <> 1 THEN 'exchange' ELSE 'rest' END AS part,
    b.place, b.line_id, b.account,
    CASE
      WHEN b.leg <> 'rest' THEN b.role
      WHEN b.foreign_rest = 0 AND (b.settled_role IS NOT NULL OR 100 * ABS(b.rest) <= b.postings) THEN 'exchange'
    END AS role,
    CASE WHEN b.leg = 'rest' THEN b.foreign_rest ELSE b.amount END AS amount,
    CASE WHEN b.leg = 'rest' THEN b.rest ELSE b.moved END AS moved,
    b.name_type, b.name_id, b.class_id, b.memo, b.item_id, b.quantity, b.source, b.is_cost
  FROM balanced AS b
  WHERE b.leg <> 'rest' OR b.rest <> 0
)
SELECT
  w.realm AS _realm_id,
  w.day AS transaction_date,
  w.type AS transaction_type,
  w.id AS transaction_id,
  w.part AS posting,
  CAST(w.place AS BIGINT) AS posting_order,
  w.line_id,
  w.number AS doc_number,
  COALESCE(w.account, c.id, e.id) AS account_id,
  a.full_name AS account_name,
  a.number AS account_number,
  a.type AS account_type,
  a.sub_type AS account_sub_type,
  a.classification,
  COALESCE(a.currency, w.home) AS account_currency,
  w.name_type,
  w.name_id,
  n.name,
  w.class_id,
  k.name AS class_name,
  w.department_id,
  d.name AS department_name,
  w.item_id,
  w.quantity,
  w.memo,
  CAST(CASE WHEN w.moved > 0 THEN w.moved ELSE 0 END AS DECIMAL(31, 2)) AS debit,
  CAST(CASE WHEN w.moved < 0 THEN -w.moved ELSE 0 END AS DECIMAL(31, 2)) AS credit,
  CAST(w.moved AS DECIMAL(31, 2)) AS amount,
  w.currency,
  CAST(w.rate AS DECIMAL(38, 9)) AS exchange_rate,
  CAST(w.amount AS DECIMAL(38, 9)) AS foreign_amount,
  w.is_cost AS is_inventory_cost,
  w.source AS cost_source
FROM whole AS w
LEFT JOIN chosen AS c ON c.key = w.realm || '|' || w.role || '|' || w.currency
LEFT JOIN chosen AS e ON e.key = w.realm || '|' || w.role || '|'
LEFT JOIN accounts AS a ON a.key = w.realm || '|' || COALESCE(w.account, c.id, e.id)
LEFT JOIN names AS n ON n.key = w.realm || '|' || w.name_type || '|' || w.name_id
LEFT JOIN classes AS k ON k.key = w.realm || '|' || w.class_id
LEFT JOIN departments AS d ON d.key = w.realm || '|' || w.department_id
WHERE w.moved <> 0 OR w.amount <> 0
