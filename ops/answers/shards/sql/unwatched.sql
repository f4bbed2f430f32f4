-- Take away what notes writes, wherever it is, also on tables that have another name now; the guards stay.
DO $body$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT t.tgname, t.tgrelid::regclass AS tbl FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.pronamespace = 'bbp_shards'::regnamespace AND t.tgparentid = 0 AND t.tgname NOT LIKE {kept}
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.tbl);
  END LOOP;
  FOR one IN
    SELECT p.oid::regprocedure AS made FROM pg_proc p
    WHERE p.pronamespace = 'bbp_shards'::regnamespace AND p.prorettype = 'trigger'::regtype
      AND p.proname <> 'refuse_truncate' AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid)
  LOOP
    EXECUTE format('DROP FUNCTION %s', one.made);
  END LOOP;
END $body$;
