-- Every database has every table: shared data is used on the primary, a client's rows on the shard of its hash.
-- Run it on each before the first start; it changes nothing on a database that has it.

CREATE TABLE IF NOT EXISTS bond_types (
    name text PRIMARY KEY,
    premium_percent integer NOT NULL CHECK (premium_percent BETWEEN 0 AND 100)
);

-- ordered alike on every server and by the application, whatever their locales
CREATE TABLE IF NOT EXISTS clients (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE IF NOT EXISTS bonds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text NOT NULL REFERENCES clients (id),
    amount_cents bigint NOT NULL CHECK (amount_cents > 0)
);

CREATE INDEX IF NOT EXISTS bonds_client_id ON bonds (client_id);

-- The answer to every request that must not be carried out twice, kept in the transaction that carried it out.
CREATE TABLE IF NOT EXISTS answered_requests (
    client_id text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    answer json,
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, key)
);
