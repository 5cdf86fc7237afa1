-- Lines of what is bought.
SELECT l._realm_id || '|{type}|' || l.{key} AS key, l._realm_id AS realm, '{type}' AS type, l.{key} AS id, 1000000 * CAST(l."index" + 1 AS BIGINT) AS place,
'line ' || CAST(l."index" AS VARCHAR) AS part, l.id AS line_id, 'buy' AS side, l.item_expense_item_id AS item_id,
l.item_expense_quantity AS quantity,
COALESCE(l.account_expense_account_id, l.item_expense_account_id, l.tds_account_id) AS account, NULL AS role,
l.amount AS amount, COALESCE(l.account_expense_class_id, l.item_expense_class_id) AS class_id, l.description AS memo,
NULL AS name_type, NULL AS name_id
FROM {table}_line AS l
WHERE l._deleted = FALSE AND (l.detail_type IS NULL OR l.detail_type NOT IN {silent})
