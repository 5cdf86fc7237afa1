-- What one unit of a company's currency is worth in that of the group, and from when on: the latest rate that was loaded
-- by a day counts on that day. A rate between the two stands either way round; `direction` tells how it is to be used.
-- Rates of the table exchange_rate go before those that transactions were written at, on the same day.
WITH told AS (
  SELECT e.source_currency_code AS source, COALESCE(e.target_currency_code, c.home_currency) AS target,
    e.as_of_date AS day, e.rate, 1 AS place
  FROM ({exchange_rates}) AS e
  INNER JOIN company AS c ON c._company_id = e._company_id
  WHERE e._deleted = FALSE
  UNION ALL
  SELECT t.currency_id, c.home_currency, t.transaction_date, t.exchange_rate, 2
  FROM ({transactions}) AS t
  INNER JOIN company AS c ON c._company_id = t._company_id
  WHERE t._deleted = FALSE
),
quoted AS (
  SELECT q.home_currency, q.day, q.rate, q.direction, q.place,
    ROW_NUMBER() OVER (PARTITION BY q.home_currency, q.day ORDER BY q.place, q.direction DESC, q.rate) AS turn
  FROM (
    SELECT t.source AS home_currency, t.day, t.rate, 'multiply' AS direction, t.place
    FROM told AS t WHERE t.target = '{currency}' AND t.source <> '{currency}'
    UNION ALL
    SELECT t.target, t.day, t.rate, 'divide' AS direction, t.place
    FROM told AS t WHERE t.source = '{currency}' AND t.target <> '{currency}'
  ) AS q
  WHERE q.rate > 0 AND q.day IS NOT NULL
)
SELECT q.home_currency, '{currency}' AS group_currency, q.day AS valid_from,
  LEAD(q.day) OVER (PARTITION BY q.home_currency ORDER BY q.day) AS valid_until,
  CAST(q.rate AS DECIMAL(38, 9)) AS rate, q.direction,
  CASE q.place WHEN 1 THEN 'exchange_rate' ELSE 'transaction' END AS rate_source,
  CASE q.direction
    WHEN 'multiply' THEN CAST(CAST(q.rate AS DECIMAL(20, 9)) * 1000000 AS DECIMAL(38, 9))
    ELSE CAST(CAST(1000000 AS DECIMAL(20, 9)) / CAST(q.rate AS DECIMAL(17, 9)) AS DECIMAL(38, 9))
  END AS per_million
FROM quoted AS q WHERE q.turn = 1
