-- When somebody showed last who they are, and the second thing that they may be asked for at a sign-in. The same stands in
-- migrations/postgres.

-- What would let somebody else in for good asks for a moment that is not long ago.
ALTER TABLE session
    ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;
UPDATE session SET confirmed_at = created_at;

-- Showing it again gives a session another token. Who has not heard of that yet comes with the one before for a moment.
ALTER TABLE session
    ADD COLUMN before_hash BLOB;
ALTER TABLE session
    ADD COLUMN before_until INTEGER;
CREATE INDEX session_before_hash ON session (before_hash) WHERE before_hash IS NOT NULL;

-- Codes by time (RFC 6238).
CREATE TABLE second_factor (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What codes are computed from, so it is kept as it is.
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- Since when it is asked for: the first code showed that the person has it. Until then it is an offer.
    confirmed_at INTEGER,
    -- The step of the newest code that was used: each works once.
    last_step INTEGER NOT NULL DEFAULT 0,
    -- Wrong codes, each for a quarter of an hour, laid one after the other: up to when. Too far ahead, the next has to wait.
    wrong_until INTEGER NOT NULL DEFAULT 0,
    -- Of the recovery codes, for all of them.
    codes_salt BLOB,
    -- SHA-256 of the token that they are made of, which their person's browser has while it shows them.
    codes_shown BLOB,
    codes_shown_until INTEGER
) STRICT;

CREATE TABLE recovery_code (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- argon2id: a code is 50 random bits. Gone with its use.
    code_hash BLOB NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT;

-- Sign-ins that wait for the second factor. The browser has the token in a cookie.
CREATE TABLE sign_in_attempt (
    token_hash BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- How it began: password, identity
    way TEXT NOT NULL,
    -- Of a password, its hash: changed meanwhile, the attempt opens nothing.
    password_hash TEXT,
    -- Of an account elsewhere, which: taken away meanwhile, the attempt opens nothing either.
    identity_id BLOB,
    -- Codes that did not fit.
    tries INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_attempt_user_id ON sign_in_attempt (user_id);
CREATE INDEX sign_in_attempt_expiry ON sign_in_attempt (expires_at);
