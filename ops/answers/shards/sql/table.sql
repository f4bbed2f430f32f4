-- For one table: writes of clients whose place is elsewhere are refused, and what is written is noted.
CREATE OR REPLACE FUNCTION bbp_shards.{guard}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM bbp_shards.{admit}({old_client});
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' OR {new_client} IS DISTINCT FROM {old_client} THEN
    PERFORM bbp_shards.{admit}({new_client});
  END IF;
  RETURN NEW;
END $body$;
CREATE OR REPLACE TRIGGER {guard} BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION bbp_shards.{guard}();

-- Notes are written as whoever moves: the application has no right to write, or forget, one of its own accord.
CREATE OR REPLACE FUNCTION bbp_shards.{capture}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog AS $body$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO bbp_shards.changes (tbl, pk, client) VALUES ({name}, jsonb_build_object({old_pk}), {old_client});
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO bbp_shards.changes (tbl, pk, client) VALUES ({name}, jsonb_build_object({new_pk}), {new_client});
  END IF;
  RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER {capture} AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION bbp_shards.{capture}();
CREATE OR REPLACE TRIGGER bbp_shards_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION bbp_shards.refuse_truncate();
