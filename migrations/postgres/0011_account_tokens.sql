-- Links in mails: to confirm an address, to set a new password. The same stands in migrations/sqlite.

CREATE TABLE account_token (
    -- SHA-256 of what stands in the link: a copy of this table opens nothing.
    token_hash BYTEA PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- verify, reset
    purpose TEXT NOT NULL,
    -- Where the mail went: the link says nothing of an address that the person has taken since.
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_token_user_id ON account_token (user_id);
CREATE INDEX account_token_expiry ON account_token (expires_at);

-- When the person showed that the address is theirs. Whoever is here already counts as confirmed.
ALTER TABLE users
    ADD COLUMN email_verified_at BIGINT;
UPDATE users SET email_verified_at = created_at;
