-- Lines of a deposit: what was undeposited, and what goes straight to an account.
SELECT l._realm_id || '|Deposit|' || l.deposit_id AS key, l._realm_id AS realm, 'Deposit' AS type, l.deposit_id AS id, 1000000 * CAST(l."index" + 1 AS BIGINT) AS place,
'line ' || CAST(l."index" AS VARCHAR) AS part, l.id AS line_id, 'move' AS side, NULL AS item_id, NULL AS quantity,
l.deposit_account_id AS account, 'undeposited' AS role, -l.amount AS amount, l.deposit_class_id AS class_id,
l.description AS memo, {name_type} AS name_type, l.deposit_entity_id AS name_id
FROM deposit_line AS l WHERE l._deleted = FALSE
