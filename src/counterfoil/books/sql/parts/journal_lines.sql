-- Lines of a journal entry.
SELECT l._realm_id || '|JournalEntry|' || l.journal_entry_id AS key, l._realm_id AS realm, 'JournalEntry' AS type, l.journal_entry_id AS id,
1000000 * CAST(l."index" + 1 AS BIGINT) AS place, 'line ' || CAST(l."index" AS VARCHAR) AS part, l.id AS line_id,
'move' AS side, NULL AS item_id, NULL AS quantity, l.account_id AS account, NULL AS role,
CASE WHEN l.posting_type = 'Credit' THEN -l.amount ELSE l.amount END AS amount, l.class_id AS class_id,
l.description AS memo, l.entity_type AS name_type, l.entity_id AS name_id
FROM journal_entry_line AS l WHERE l._deleted = FALSE AND l.posting_type IN ('Debit', 'Credit')
