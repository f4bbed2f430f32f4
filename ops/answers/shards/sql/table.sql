-- For one table: writes of clients whose place is elsewhere are refused, and what is written is noted. Both are in force
-- whatever session_replication_role says: a subscription and whoever sets it to replica write rows as well. Only the move's
-- own transactions do without, which take the rights of that role and say so (bbp_shards.mover).
CREATE OR REPLACE FUNCTION bbp_shards.{guard}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
BEGIN
  IF TG_WHEN = 'BEFORE' AND TG_OP <> 'INSERT' THEN
    PERFORM bbp_shards.{admit}({old_client});
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF TG_WHEN = 'AFTER' OR TG_OP = 'INSERT' OR {new_client} IS DISTINCT FROM {old_client} THEN
    PERFORM bbp_shards.{admit}({new_client});
  END IF;
  RETURN NEW;
END $body$;
CREATE OR REPLACE TRIGGER bbp_shards_guard BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW WHEN ({not_the_move}) EXECUTE FUNCTION bbp_shards.{guard}();
-- A trigger of the application that comes behind the first in the order of names may still name another client.
CREATE OR REPLACE TRIGGER bbp_shards_guard_after AFTER INSERT OR UPDATE ON {table}
  FOR EACH ROW WHEN ({not_the_move}) EXECUTE FUNCTION bbp_shards.{guard}();

-- Notes are written as whoever moves: the application has no right to write, or forget, one of its own accord. Keys are
-- noted in the text that the move reads, whatever the writer's session has set.
CREATE OR REPLACE FUNCTION bbp_shards.{capture}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog {settings} AS $body$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO bbp_shards.changes (tbl, pk, client) VALUES ({name}, jsonb_build_object({old_pk}), {old_client});
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO bbp_shards.changes (tbl, pk, client) VALUES ({name}, jsonb_build_object({new_pk}), {new_client});
  END IF;
  RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER bbp_shards_capture AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW WHEN ({not_the_move}) EXECUTE FUNCTION bbp_shards.{capture}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER bbp_shards_guard, ENABLE ALWAYS TRIGGER bbp_shards_guard_after,
  ENABLE ALWAYS TRIGGER bbp_shards_capture;
