-- What stands on a transaction as a whole.
SELECT t._realm_id || '|{type}|' || t.id AS key, t._realm_id AS realm, '{type}' AS type, t.id, COALESCE(t.{day}, CAST(t.created_at AS DATE)) AS day,
{number} AS number, {currency} AS currency, {rate} AS rate, {name_type} AS name_type, {name_id} AS name_id,
{class_id} AS class_id, {department} AS department_id, {memo} AS memo, {sign} AS sign, {total} AS total,
{control} AS control, {control_role} AS control_role, {other_total} AS other_total, {other} AS other,
{other_role} AS other_role, {tax} AS tax, {settles} AS settles, {settled} AS settled, {settled_role} AS settled_role,
{due} AS due, {reported} AS reported,
{agency_id} AS agency_id
FROM {table} AS t {join} WHERE t._deleted = FALSE
