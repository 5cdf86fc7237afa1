-- What a payment pays, and how much of each; what it takes back counts as less than nought.
SELECT l._realm_id || '|{type}|' || l.{table}_id AS key, l._realm_id AS realm, '{type}' AS type, l.{table}_id AS id,
l._realm_id || '|' || {their_type} || '|' || l.transaction_id AS their_key,
{their_type} AS their_type,
l.transaction_id AS their_id,
CASE WHEN l.transaction_type IN ('CreditMemo', 'VendorCredit') THEN -l.amount ELSE l.amount END AS amount
FROM {table}_line AS l WHERE l._deleted = FALSE AND l.transaction_id IS NOT NULL AND l.amount <> 0
