-- In one transaction, with every table locked against writers: who holds a lock ends first, who waits for one finds this.
-- The numbers stand in the functions, because a transaction that began before would still see an old row.
UPDATE bbp_shards.placement SET count = {count}, next_count = {next};
CREATE OR REPLACE FUNCTION bbp_shards.admit(client text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog AS $body$
BEGIN
  {check}
END $body$;
CREATE OR REPLACE FUNCTION bbp_shards.admit_shared(client text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog AS $body$
BEGIN
  {check_shared}
END $body$;
-- Default privileges may take it from PUBLIC, and every writer calls them.
GRANT EXECUTE ON FUNCTION bbp_shards.admit(text), bbp_shards.admit_shared(text) TO PUBLIC;
