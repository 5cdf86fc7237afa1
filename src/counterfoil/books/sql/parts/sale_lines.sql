-- Lines of a form of sales; a bundle's own lines instead of the bundle.
SELECT l._realm_id || '|{type}|' || l.{key} AS key, l._realm_id AS realm, '{type}' AS type, l.{key} AS id, 1000000 * CAST(l."index" + 1 AS BIGINT) AS place,
'line ' || CAST(l."index" AS VARCHAR) AS part, l.id AS line_id, 'sale' AS side, l.sales_item_item_id AS item_id,
l.sales_item_quantity AS quantity,
CASE WHEN l.detail_type = 'DiscountLineDetail' THEN l.discount_account_id ELSE l.sales_item_account_id END AS account,
CASE
  WHEN l.detail_type = 'DiscountLineDetail' THEN 'discount'
  WHEN l.sales_item_item_id = '{shipping}' THEN 'shipping'
  ELSE 'income'
END AS role,
CASE WHEN l.detail_type = 'DiscountLineDetail' THEN l.amount ELSE -l.amount END AS amount,
COALESCE(l.sales_item_class_id, l.discount_class_id) AS class_id, l.description AS memo, NULL AS name_type,
NULL AS name_id
FROM {table}_line AS l
WHERE l._deleted = FALSE AND (l.detail_type IS NULL OR l.detail_type NOT IN {silent})
UNION ALL
SELECT b._realm_id || '|{type}|' || b.{key}, b._realm_id, '{type}', b.{key}, 1000000 * CAST(b.{table}_line_index + 1 AS BIGINT) + 10 * (b."index" + 1),
'line ' || CAST(b.{table}_line_index AS VARCHAR) || '.' || CAST(b."index" AS VARCHAR), b.id, 'sale', b.item_id,
b.quantity, b.account_id, CASE WHEN b.item_id = '{shipping}' THEN 'shipping' ELSE 'income' END, -b.amount, b.class_id,
b.description, NULL, NULL
FROM {table}_line_bundle AS b
WHERE b._deleted = FALSE AND (b.detail_type IS NULL OR b.detail_type NOT IN {silent})
