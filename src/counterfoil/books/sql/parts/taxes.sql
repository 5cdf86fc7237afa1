-- Tax by rate.
SELECT x._realm_id || '|{type}|' || x.{table}_id AS key, x._realm_id AS realm, '{type}' AS type, x.{table}_id AS id, x.tax_rate_id AS rate_id, '{side}' AS side,
{amount} AS amount
FROM {table}_{taxes} AS x INNER JOIN {table} AS t ON t._realm_id = x._realm_id AND t.id = x.{table}_id
WHERE x._deleted = FALSE AND t._deleted = FALSE
