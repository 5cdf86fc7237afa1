-- What a count of stock found.
SELECT l._realm_id || '|InventoryAdjustment|' || l.inventory_adjustment_id AS key,
l._realm_id AS realm, 'InventoryAdjustment' AS type, l.inventory_adjustment_id AS id,
1000000 * CAST(l."index" + 1 AS BIGINT) AS place, 'line ' || CAST(l."index" AS VARCHAR) AS part, l.id AS line_id,
'stock' AS side, l.item_adjustment_item_id AS item_id, l.item_adjustment_quantity_difference AS quantity,
NULL AS account, NULL AS role, 0 AS amount, l.item_adjustment_class_id AS class_id, l.description AS memo,
NULL AS name_type, NULL AS name_id
FROM inventory_adjustment_line AS l WHERE l._deleted = FALSE
