-- All that decides where a row or a number of each table goes, in sentences that can be compared and shown: partitions are
-- part of their table, and sequences that no table's default names stand under no title.
WITH tables AS (
  SELECT c.oid, CASE n.nspname WHEN 'public' THEN c.relname::text ELSE format('%s.%s', n.nspname, c.relname) END AS title,
    c.relkind, c.relpersistence
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'bbp_shards') AND n.nspname NOT LIKE 'pg\_toast%'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
), parts AS (
  SELECT oid AS root, title, oid, '' AS place FROM tables
  UNION ALL
  SELECT tables.oid, title, x.relid, format(' on partition %s', x.relid::regclass)
  FROM tables CROSS JOIN LATERAL pg_partition_tree(tables.oid) x WHERE tables.relkind = 'p' AND x.level > 0
), defaults AS (
  SELECT parts.*, a.attname, CASE  -- a partition may have its own
    WHEN a.attidentity = 'a' THEN 'identity, always'
    WHEN a.attidentity = 'd' THEN 'identity, where none is given'
    WHEN a.attgenerated = '' THEN coalesce(pg_get_expr(f.adbin, f.adrelid), t.typdefault)
    ELSE 'generated as ' || pg_get_expr(f.adbin, f.adrelid) END AS said, a.attgenerated <> '' AND parts.oid = root AS is_said
  FROM parts JOIN pg_attribute a ON a.attrelid = parts.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
), numbers AS (
  SELECT s.oid, format('sequence %s %s%s from %s to %s, first %s, %s at once%s', s.oid::regclass,
    CASE s.relpersistence WHEN 'u' THEN 'unlogged ' END, format_type(q.seqtypid, NULL), q.seqmin, q.seqmax, q.seqstart,
    q.seqcache, CASE WHEN q.seqcycle THEN ', CYCLE' END) AS said
  FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid JOIN pg_namespace n ON n.oid = s.relnamespace
  WHERE s.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'bbp_shards')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype = 'e')
), numbered AS (
  SELECT d.objid AS oid, d.refobjid AS tbl, d.refobjsubid AS attnum,
    CASE d.deptype WHEN 'i' THEN 'the identity of' ELSE 'owned by' END AS how, d.deptype = 'i' AS alone
  FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  UNION ALL
  SELECT d.refobjid, f.adrelid, f.adnum, 'in the default of', true
  FROM pg_depend d JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
  WHERE d.refclassid = 'pg_class'::regclass
)
SELECT title, format('table (%s%s)', relkind, relpersistence) AS said FROM tables
UNION ALL
SELECT title, format('column %s %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attcollation <> t.typcollation OR NOT l.collisdeterministic
    THEN format(' COLLATE %I%s', l.collname, CASE WHEN NOT l.collisdeterministic THEN ' (not deterministic)' END) END,
  CASE WHEN a.attnotnull THEN ' NOT NULL' END,
  CASE WHEN a.attgenerated <> '' THEN ' generated as ' || pg_get_expr(f.adbin, f.adrelid) END,
  (SELECT format(' of (%s)', string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)) FROM pg_enum e
    WHERE e.enumtypid = a.atttypid HAVING count(*) > 0))
FROM tables JOIN pg_attribute a ON a.attrelid = tables.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
UNION ALL
SELECT one.title, format('default of %s%s: %s', one.attname, one.place, coalesce(one.said, 'nothing'))
FROM defaults one LEFT JOIN defaults whole ON whole.oid = one.root AND whole.attname = one.attname AND one.oid <> one.root
WHERE one.said IS DISTINCT FROM whole.said AND NOT one.is_said
UNION ALL
SELECT title, format('%s, %s', numbers.said, string_agg(format('%s %s%s', how, a.attname, place), ', '
  ORDER BY how, a.attname, place))
FROM numbers JOIN numbered ON numbered.oid = numbers.oid JOIN parts ON parts.oid = numbered.tbl
JOIN pg_attribute a ON a.attrelid = numbered.tbl AND a.attnum = numbered.attnum GROUP BY title, numbers.said
UNION ALL
SELECT '', said FROM numbers WHERE NOT EXISTS (
  SELECT FROM numbered JOIN tables ON tables.oid = numbered.tbl WHERE numbered.oid = numbers.oid AND alone)
UNION ALL
SELECT title, format('%s%s %s', k.conname, place, replace(pg_get_constraintdef(k.oid), ' NOT VALID', ''))
FROM parts JOIN pg_constraint k ON k.conrelid = parts.oid AND k.contype IN ('p', 'u', 'x', 'f') AND k.conparentid = 0
UNION ALL
SELECT theirs.title, format('reference of %s: %s%s %s', ours.title, k.conname, ours.place,
  replace(pg_get_constraintdef(k.oid), ' NOT VALID', ''))
FROM pg_constraint k JOIN parts ours ON ours.oid = k.conrelid JOIN parts theirs ON theirs.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0
UNION ALL
SELECT title, format('trigger %s%s in force in the replica role', g.tgname, place)
FROM parts JOIN pg_trigger g ON g.tgrelid = parts.oid AND g.tgenabled IN ('A', 'R') JOIN pg_proc f ON f.oid = g.tgfoid
WHERE f.pronamespace IS DISTINCT FROM to_regnamespace('bbp_shards')
UNION ALL
SELECT title, format('rule%s (%s) %s', place, r.ev_enabled, regexp_replace(pg_get_ruledef(r.oid), '\s+', ' ', 'g'))
FROM parts JOIN pg_rewrite r ON r.ev_class = parts.oid
UNION ALL
SELECT title, format('row security%s%s', place, CASE WHEN c.relforcerowsecurity THEN ', for its owner too' END)
FROM parts JOIN pg_class c ON c.oid = parts.oid AND (c.relrowsecurity OR c.relforcerowsecurity)
UNION ALL
SELECT title, format('policy %s%s%s for %s of %s using %s, check %s', p.polname, place,
  CASE WHEN NOT p.polpermissive THEN ', restrictive,' END, p.polcmd,
  (SELECT string_agg(CASE one WHEN 0 THEN 'PUBLIC' ELSE one::regrole::text END, ', ' ORDER BY one)
    FROM unnest(p.polroles) one),
  coalesce(pg_get_expr(p.polqual, p.polrelid), 'nothing'), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'nothing'))
FROM parts JOIN pg_policy p ON p.polrelid = parts.oid
UNION ALL
SELECT title, format('rows of %s, which inherits', i.inhrelid::regclass)
FROM tables JOIN pg_inherits i ON i.inhparent = tables.oid WHERE tables.relkind <> 'p'
UNION ALL
SELECT title, format('rows in %s, from which it inherits', i.inhparent::regclass)
FROM tables JOIN pg_inherits i ON i.inhrelid = tables.oid
UNION ALL
SELECT title, format('partition %s (%s%s) %s', p.oid::regclass, p.relkind, p.relpersistence,
  pg_get_expr(p.relpartbound, p.oid))
FROM parts JOIN pg_class p ON p.oid = parts.oid AND place <> ''
ORDER BY 1, 2
