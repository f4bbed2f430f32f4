-- A partition can be truncated by its own name, which sets off no trigger of its table; each server has partitions of its own.
DO $body$
DECLARE one regclass;
BEGIN
  FOR one IN SELECT {name}::regclass UNION SELECT relid FROM pg_partition_tree({name}::regclass) LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER bbp_shards_truncate BEFORE TRUNCATE ON %s '
      'FOR EACH STATEMENT EXECUTE FUNCTION bbp_shards.refuse_truncate()', one);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER bbp_shards_truncate', one);
  END LOOP;
END $body$;
