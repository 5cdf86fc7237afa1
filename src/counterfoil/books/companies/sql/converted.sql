-- The statement by company, with each amount in the currency of the group too: at the latest rate that was loaded by
-- {day_told}. `group_amount` is null where there is none.
SELECT s.*, c.home_currency, '{currency}' AS group_currency,
  CASE WHEN c.home_currency = '{currency}' THEN CAST(1 AS DECIMAL(38, 9)) ELSE r.rate END AS rate,
  CASE WHEN c.home_currency = '{currency}' THEN 'same' ELSE COALESCE(r.direction, 'missing') END AS rate_direction,
  r.rate_source, r.valid_from AS rate_date,
  CASE
    WHEN c.home_currency = '{currency}' THEN CAST(s.{amount} AS DECIMAL(38, 2))
    ELSE CAST(
      ROUND(CAST(s.{amount} AS DECIMAL(17, 2)) * CAST(r.per_million AS DECIMAL(20, 8)), -4)
      * CAST('0.000001' AS DECIMAL(7, 6)) AS DECIMAL(38, 2)
    )
  END AS group_amount
FROM {statement} AS s
INNER JOIN company AS c ON c._company_id = s._company_id
LEFT JOIN group_rate AS r ON r.home_currency = c.home_currency AND r.valid_from <= {day}
  AND (r.valid_until IS NULL OR r.valid_until > {day})
