-- Columns with what a domain stands for in the end, whether equal texts are equal values, and the labels of an enum.
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '', base.name,
  coalesce(c.collisdeterministic, true)
FROM pg_attribute a
LEFT JOIN pg_collation c ON c.oid = a.attcollation
CROSS JOIN LATERAL (
  WITH RECURSIVE b AS (
    SELECT t.oid, t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid
    UNION ALL
    SELECT t.oid, t.typtype, t.typbasetype FROM pg_type t JOIN b ON t.oid = b.typbasetype WHERE b.typtype = 'd'
  )
  SELECT format_type(b.oid, NULL) AS name FROM b WHERE b.typtype <> 'd'
) base
WHERE a.attrelid = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname
