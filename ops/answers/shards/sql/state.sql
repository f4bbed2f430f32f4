-- On the primary alone: how far the move is, so that it goes on after anything was killed.
CREATE SCHEMA IF NOT EXISTS bbp_shards;
GRANT USAGE ON SCHEMA bbp_shards TO PUBLIC;
CREATE TABLE IF NOT EXISTS bbp_shards.move (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  before integer NOT NULL,
  after integer NOT NULL,
  step text NOT NULL,
  verified boolean NOT NULL DEFAULT false,
  fenced_at timestamptz,
  opened_at timestamptz,
  published jsonb  -- the tables and the schema file that the move holds
);
ALTER TABLE bbp_shards.move ADD COLUMN IF NOT EXISTS published jsonb;
-- The servers' name, and the marks that they may bear: the last one, and the one before it while that is replaced. Each
-- is a number above all before it, and random behind that: a ledger that was put back gives numbers twice.
ALTER TABLE bbp_shards.move ADD COLUMN IF NOT EXISTS set_id uuid;
ALTER TABLE bbp_shards.move ADD COLUMN IF NOT EXISTS marks text[] NOT NULL DEFAULT '{}';
CREATE TABLE IF NOT EXISTS bbp_shards.progress (
  place integer,
  tbl text,
  last_pk jsonb,
  done boolean NOT NULL DEFAULT false,
  copied bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (place, tbl)
);
