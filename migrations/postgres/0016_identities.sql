-- Accounts elsewhere that people come in with. The same stands in migrations/sqlite.

-- One account elsewhere belongs to one person here; a person may have several.
CREATE TABLE identity (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Who vouches, and under which name: the two together never change, an address may.
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Its address as of the last sign-in, for its person to know it by. Never looked up by.
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT identity_issuer UNIQUE (issuer, subject)
);
CREATE INDEX identity_user_id ON identity (user_id);

-- Ways to the provider that have begun. Each comes back once.
CREATE TABLE oidc_attempt (
    state_hash BYTEA PRIMARY KEY NOT NULL,
    -- The browser that it began in has the token in a cookie.
    browser_hash BYTEA NOT NULL,
    -- What the answer has to name, and what the code is exchanged with.
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    -- sign_in, link, confirm
    purpose TEXT NOT NULL,
    -- The session that linked or confirms. Ended, nothing comes of it.
    session_id UUID REFERENCES session (id) ON DELETE CASCADE,
    -- The page that it began at, and where to go afterwards.
    page TEXT NOT NULL,
    next TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oidc_attempt_browser_hash ON oidc_attempt (browser_hash);
CREATE INDEX oidc_attempt_session_id ON oidc_attempt (session_id);
CREATE INDEX oidc_attempt_expiry ON oidc_attempt (expires_at);

-- Accounts elsewhere that have come and are nobody's yet: they wait for the rest of a registration, or for the password of the account
-- that has their address. The browser has the token in a cookie.
CREATE TABLE identity_offer (
    token_hash BYTEA PRIMARY KEY NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    email TEXT NOT NULL,
    -- Whether the provider says that the address is theirs.
    email_verified BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    next TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX identity_offer_expiry ON identity_offer (expires_at);

-- A link by which who has no password shows again who they are works only in the session that asked for it, and
-- leads to where they wanted to go.
ALTER TABLE account_token
    ADD COLUMN session_id UUID REFERENCES session (id) ON DELETE CASCADE;
ALTER TABLE account_token
    ADD COLUMN next TEXT;
CREATE INDEX account_token_session_id ON account_token (session_id);

-- Since when who comes into the account is known to read its mail as well. What is older to come in by may be of somebody
-- who gave an address of another person, who may have pressed the link to confirm it without ever having been inside.
ALTER TABLE users
    ADD COLUMN owned_since BIGINT;
UPDATE users SET owned_since = email_verified_at;
