-- Keys that devices keep, by which people sign in (WebAuthn). The same stands in migrations/postgres.

CREATE TABLE passkey (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The name that the device knows it by: everybody's are different.
    credential_id BLOB NOT NULL,
    -- The public key, the counter of its uses and whether it is backed up, as the library reads it.
    credential TEXT NOT NULL,
    -- The name that the person knows it by.
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    CONSTRAINT passkey_credential_id UNIQUE (credential_id)
) STRICT;
CREATE INDEX passkey_user_id ON passkey (user_id);

-- What devices are asked at this moment: the challenge of each ends with its use. The browser has the token in a cookie, and one token for
-- what its tabs ask at the same time.
CREATE TABLE passkey_ceremony (
    id BLOB PRIMARY KEY NOT NULL,
    token_hash BLOB NOT NULL,
    -- register, sign_in, confirm
    kind TEXT NOT NULL,
    -- Whose and from where, where somebody is signed in.
    user_id BLOB REFERENCES users (id) ON DELETE CASCADE,
    session_id BLOB REFERENCES session (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_ceremony_token_hash ON passkey_ceremony (token_hash);
CREATE INDEX passkey_ceremony_user_id ON passkey_ceremony (user_id);
CREATE INDEX passkey_ceremony_session_id ON passkey_ceremony (session_id);
CREATE INDEX passkey_ceremony_expiry ON passkey_ceremony (expires_at);
