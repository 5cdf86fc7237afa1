-- The statement of all companies in one currency: lines of the same name are one. `amount` is null where a company has
-- no rate, and `without_rate` tells how many of the rows that would be in it have none. Nothing is eliminated.
SELECT {listed}, s.group_currency AS currency, COUNT(DISTINCT s._company_id) AS companies,
  CAST(SUM(CASE WHEN s.group_amount IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS without_rate,
  CAST(
    CASE WHEN SUM(CASE WHEN s.group_amount IS NULL THEN 1 ELSE 0 END) = 0 THEN SUM(s.group_amount) END AS DECIMAL(38, 2)
  ) AS amount
FROM {statement}_converted AS s
GROUP BY {listed}, s.group_currency
