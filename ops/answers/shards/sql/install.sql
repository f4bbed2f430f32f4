-- What a move keeps in each database that takes part: where this database is, what changed in it, the guide's hash.
CREATE SCHEMA IF NOT EXISTS bbp_shards;
-- Whoever writes a table sets off its triggers, and the application is another user than the one who moves.
GRANT USAGE ON SCHEMA bbp_shards TO PUBLIC;

-- One row: this database's place (-1: the primary), over how many shards clients lie (0: none), and over how many they
-- will while writes are refused. An application that follows a move reads it at the beginning of each transaction.
CREATE TABLE IF NOT EXISTS bbp_shards.placement (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  place integer NOT NULL,
  count integer NOT NULL,
  next_count integer
);
GRANT SELECT ON bbp_shards.placement TO PUBLIC;

-- Which servers belong together, by a random name of all of them that no move changes; and the last mark of the move,
-- which is another one on all of them whenever something was done: a server of an earlier moment bears an earlier one.
CREATE TABLE IF NOT EXISTS bbp_shards.identity (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  set_id uuid NOT NULL,
  mark text NOT NULL
);

-- Rows that were written and are not carried over yet: by primary key, with the client before and after.
CREATE TABLE IF NOT EXISTS bbp_shards.changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tbl text NOT NULL,
  pk jsonb NOT NULL,
  client text NOT NULL
);

-- Clients that were written since the last whole verification.
CREATE TABLE IF NOT EXISTS bbp_shards.recheck (client text PRIMARY KEY);

-- Default privileges of a database may hand every new table to the application, by its name or as PUBLIC: it reads the
-- placement and no more, and makes nothing of its own beside it.
DO $body$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, c.oid::regclass::text AS made, a.*
    FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
    WHERE c.relnamespace = 'bbp_shards'::regnamespace AND c.relkind IN ('r', 'S')
      AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT'
    UNION ALL
    SELECT 'SCHEMA', n.nspname, a.* FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a
    WHERE n.nspname = 'bbp_shards' AND a.grantee <> n.nspowner AND a.privilege_type <> 'USAGE'
  LOOP
    EXECUTE format('REVOKE %s ON %s %s FROM %s CASCADE', one.privilege_type, one.kind, one.made,
      CASE one.grantee WHEN 0 THEN 'PUBLIC' ELSE one.grantee::regrole::text END);
  END LOOP;
END $body$;

-- The guide's hash (Database Sharding): 31 x hash + UTF-16 code unit in 32 bits, and the absolute value of the result.
-- By PostgreSQL's own functions alone: a session may name others before them in its search_path.
CREATE OR REPLACE FUNCTION bbp_shards.client_hash(client text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $body$
DECLARE
  v bigint := 0;
  unit integer;
  letter text;
BEGIN
  FOREACH letter IN ARRAY regexp_split_to_array(client, '') LOOP
    unit := ascii(letter);
    IF unit > 65535 THEN
      v := (31 * v + 55296 + ((unit - 65536) >> 10)) & 4294967295;
      v := (31 * v + 56320 + ((unit - 65536) & 1023)) & 4294967295;
    ELSE
      v := (31 * v + unit) & 4294967295;
    END IF;
  END LOOP;
  RETURN CASE WHEN v >= 2147483648 THEN 4294967296 - v ELSE v END;
END $body$;

CREATE OR REPLACE FUNCTION bbp_shards.place_of(client text, count integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS
$body$ SELECT CASE WHEN count = 0 THEN -1 ELSE (bbp_shards.client_hash(client) % count)::integer END $body$;
-- Default privileges may take EXECUTE from PUBLIC, and every writer calls them.
GRANT EXECUTE ON FUNCTION bbp_shards.client_hash(text), bbp_shards.place_of(text, integer) TO PUBLIC;

CREATE OR REPLACE FUNCTION bbp_shards.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'TRUNCATE is refused while clients are moved: nobody could carry it over' USING ERRCODE = 'object_in_use';
END $body$;
