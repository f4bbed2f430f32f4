-- Every table of the application, and what a move has to know of it before it looks at columns.
SELECT c.oid, n.nspname, c.relname, c.relkind = 'f', c.relpersistence = 'u',
  CASE WHEN c.relkind = 'p' THEN EXISTS (SELECT FROM pg_partition_tree(c.oid) x JOIN pg_class p ON p.oid = x.relid
    WHERE p.relkind = 'f' OR p.relpersistence = 'u')
  ELSE EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)) END,
  array(SELECT DISTINCT r.rulename::text FROM pg_rewrite r
    WHERE r.ev_class IN (SELECT c.oid UNION SELECT x.relid FROM pg_partition_tree(c.oid) x) ORDER BY 1),
  array(SELECT DISTINCT g.tgname::text FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid
    WHERE g.tgrelid IN (SELECT c.oid UNION SELECT x.relid FROM pg_partition_tree(c.oid) x) AND g.tgenabled IN ('A', 'R')
      AND f.pronamespace IS DISTINCT FROM to_regnamespace('bbp_shards') ORDER BY 1)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'bbp_shards') AND n.nspname NOT LIKE 'pg\_toast%'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 2, 3
