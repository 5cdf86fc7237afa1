-- What the lines add up to.
LEFT JOIN (
  SELECT l._realm_id, l.{table}_id AS id, CAST(SUM({amount}) AS DECIMAL(38, 9)) AS amount FROM {table}_line AS l
  WHERE l._deleted = FALSE GROUP BY l._realm_id, l.{table}_id
) AS s ON s._realm_id = t._realm_id AND s.id = t.id
