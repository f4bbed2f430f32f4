-- A partition can be truncated by its own name, which sets off no trigger of its table.
CREATE OR REPLACE TRIGGER bbp_shards_truncate BEFORE TRUNCATE ON {relation}
  FOR EACH STATEMENT EXECUTE FUNCTION bbp_shards.refuse_truncate();
ALTER TABLE {relation} ENABLE ALWAYS TRIGGER bbp_shards_truncate;
