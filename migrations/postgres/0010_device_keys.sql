-- With which keys a person's browsers sign what they see of a connection. The same table stands in migrations/sqlite.

CREATE TABLE device_key (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- An uncompressed point on P-256. Its private half never leaves the browser that made it.
    public_key BYTEA NOT NULL,
    -- When a browser said last that it signs with it.
    used_at BIGINT NOT NULL,
    -- Browsers say so with every call.
    CONSTRAINT device_key_user_id_public_key UNIQUE (user_id, public_key)
);
