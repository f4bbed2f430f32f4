-- Sequences that number no column of these tables: a trigger or the application itself takes their numbers. One that a
-- column of a table left on the primary owns, and that is in no default, is taken by somebody else as well.
SELECT n.nspname, s.relname, q.seqincrement < 0 OR q.seqcycle, q.seqincrement, q.seqmax
FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid JOIN pg_namespace n ON n.oid = s.relnamespace
WHERE s.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'bbp_shards')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
    AND (d.deptype = 'e' OR (d.deptype = 'i' AND d.refobjid = ANY(%s)) OR (d.deptype = 'a' AND d.refobjid = ANY(%s))))
  AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
    WHERE d.refobjid = s.oid AND f.adrelid = ANY(%s))
ORDER BY 1, 2
