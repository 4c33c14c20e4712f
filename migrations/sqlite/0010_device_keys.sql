-- With which keys a person's browsers sign what they see of a connection. The same table stands in migrations/postgres.

CREATE TABLE device_key (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- An uncompressed point on P-256. Its private half never leaves the browser that made it.
    public_key BLOB NOT NULL,
    -- When a browser said last that it signs with it.
    used_at INTEGER NOT NULL,
    -- Browsers say so with every call.
    CONSTRAINT device_key_user_id_public_key UNIQUE (user_id, public_key)
) STRICT;
