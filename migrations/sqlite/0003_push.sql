-- Where a person's browsers can be told while no page of ours is open (Web Push, RFC 8030).
-- The same tables stand in migrations/postgres.

-- A browser that wants to be told. It belongs to the sign-in that saved it: whoever signs out hears nothing more.
CREATE TABLE push_subscription (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id BLOB NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    -- An address of the push service. Whoever knows it may send there, so it is no less secret than a token.
    endpoint TEXT NOT NULL,
    -- What the browser decrypts with: its public key, an uncompressed point on P-256, and 16 bytes (RFC 8291).
    p256dh BLOB NOT NULL,
    auth BLOB NOT NULL,
    -- The language of the page that saved it, for people who have not chosen one.
    language TEXT NOT NULL,
    -- When a page said last that this is how to reach it.
    saved_at INTEGER NOT NULL,
    -- Since when nothing came through.
    failing_since INTEGER,
    -- One browser: who saves it later with the same key and secret has it.
    CONSTRAINT push_subscription_endpoint UNIQUE (endpoint)
) STRICT;
CREATE INDEX push_subscription_user_id ON push_subscription (user_id);
CREATE INDEX push_subscription_session_id ON push_subscription (session_id);
CREATE INDEX push_subscription_failing ON push_subscription (failing_since) WHERE failing_since IS NOT NULL;

-- Of a ring that was pushed: until when it rings. Its end is pushed too, whatever it is.
ALTER TABLE notification
    ADD COLUMN rings_until INTEGER;
