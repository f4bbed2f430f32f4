-- Sequences that number a table's rows: owned by a column, or named in its default.
SELECT DISTINCT a.attrelid, n.nspname, s.relname, a.attname, q.seqincrement, q.seqcycle,
  least(q.seqmax, CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 ELSE q.seqmax END)
FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
JOIN pg_sequence q ON q.seqrelid = s.oid
JOIN pg_attribute a ON a.attrelid = ANY(%s) AND a.attnum > 0
LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
JOIN pg_depend d ON (d.objid = s.oid AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
  AND d.deptype IN ('a', 'i'))
  OR (d.objid = f.oid AND d.refobjid = s.oid AND d.classid = 'pg_attrdef'::regclass)
ORDER BY 2, 3
