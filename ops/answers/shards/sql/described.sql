-- All that a move relies on of each table, in sentences that can be compared and shown.
WITH tables AS (
  SELECT c.oid, CASE n.nspname WHEN 'public' THEN c.relname::text ELSE format('%s.%s', n.nspname, c.relname) END AS title,
    c.relkind, c.relpersistence
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'bbp_shards') AND n.nspname NOT LIKE 'pg\_toast%'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
)
SELECT title, format('table (%s%s)', relkind, relpersistence) AS said FROM tables
UNION ALL
SELECT title, format('column %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attnotnull THEN ' NOT NULL' END,
  CASE WHEN a.attgenerated <> '' THEN ' generated as ' || pg_get_expr(f.adbin, f.adrelid) END,
  (SELECT format(' of (%s)', string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)) FROM pg_enum e
    WHERE e.enumtypid = a.atttypid HAVING count(*) > 0))
FROM tables JOIN pg_attribute a ON a.attrelid = tables.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
UNION ALL
SELECT title, format('%s %s', k.conname, replace(pg_get_constraintdef(k.oid), ' NOT VALID', ''))
FROM tables JOIN pg_constraint k ON k.conrelid = tables.oid AND k.contype IN ('p', 'u', 'x', 'f') AND k.conparentid = 0
UNION ALL
SELECT DISTINCT title, format('trigger %s in force in the replica role', g.tgname)
FROM tables CROSS JOIN LATERAL (SELECT tables.oid AS relid UNION SELECT x.relid FROM pg_partition_tree(tables.oid) x) r
JOIN pg_trigger g ON g.tgrelid = r.relid AND g.tgenabled IN ('A', 'R') JOIN pg_proc f ON f.oid = g.tgfoid
WHERE f.pronamespace IS DISTINCT FROM to_regnamespace('bbp_shards')
UNION ALL
SELECT title, format('partition %s %s', p.oid::regclass, pg_get_expr(p.relpartbound, p.oid))
FROM tables CROSS JOIN LATERAL pg_partition_tree(tables.oid) x JOIN pg_class p ON p.oid = x.relid AND x.level > 0
WHERE tables.relkind = 'p'
ORDER BY 1, 2
