-- One row for each company, with the currency in which it keeps its books.
SELECT m._company_id, m._company_name, m._source, p.home_currency
FROM ({members}) AS m
LEFT JOIN (
  SELECT r._company_id, MAX(r.currency_home_currency_id) AS home_currency
  FROM ({preferences}) AS r WHERE r._deleted = FALSE GROUP BY r._company_id
) AS p ON p._company_id = m._company_id
