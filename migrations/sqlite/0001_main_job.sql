-- The main job: people, their languages, requests and partnerships, invitations and calls.
-- Keys are UUIDv7 (16 bytes); times are microseconds since 1970 (UTC). The same tables stand in migrations/postgres.

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    username TEXT NOT NULL,
    -- Folded forms: "Ana" and "ana" are one person. The typed forms are for showing.
    username_key TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    display_name TEXT NOT NULL,
    -- Display name and username in small letters, for search by name.
    search_key TEXT NOT NULL,
    locale TEXT,
    theme TEXT NOT NULL DEFAULT 'system',
    -- IANA name; none until a browser has told it or the person has chosen one.
    time_zone TEXT,
    -- When the last socket of the person closed.
    last_seen_at INTEGER,
    created_at INTEGER NOT NULL,
    CONSTRAINT users_username_key UNIQUE (username_key),
    CONSTRAINT users_email_key UNIQUE (email_key)
) STRICT;

CREATE TABLE session (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie's token: a copy of this table signs nobody in.
    token_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    CONSTRAINT session_token_hash UNIQUE (token_hash)
) STRICT;
CREATE INDEX session_user_id ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

-- What a plain form brings back to its page, for one showing.
CREATE TABLE form_return (
    token_hash BLOB PRIMARY KEY NOT NULL,
    content TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX form_return_expiry ON form_return (expires_at);

CREATE TABLE profile (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    bio TEXT NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user_language (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    role TEXT NOT NULL,
    -- CEFR; native speakers have none.
    level TEXT,
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, language)
) STRICT;
-- Matching asks for everybody with a language in a role.
CREATE INDEX user_language_role ON user_language (language, role, user_id);

CREATE TABLE user_interest (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    interest TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, interest)
) STRICT;
CREATE INDEX user_interest_interest ON user_interest (interest, user_id);

CREATE TABLE match_request (
    id BLOB PRIMARY KEY NOT NULL,
    sender_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipient_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
-- One open request per direction; answered ones stay as history.
CREATE UNIQUE INDEX match_request_open ON match_request (sender_id, recipient_id) WHERE status = 'pending';
CREATE INDEX match_request_recipient ON match_request (recipient_id, status);

CREATE TABLE partnership (
    id BLOB PRIMARY KEY NOT NULL,
    -- One row per unordered pair: the smaller id first.
    low_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    high_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The pair's room; a new one when they become partners again, so that old addresses stay closed.
    room_id BLOB NOT NULL,
    since INTEGER NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    CONSTRAINT partnership_pair UNIQUE (low_id, high_id),
    CONSTRAINT partnership_room_id UNIQUE (room_id)
) STRICT;
CREATE INDEX partnership_high ON partnership (high_id);

CREATE TABLE call (
    id BLOB PRIMARY KEY NOT NULL,
    partnership_id BLOB NOT NULL REFERENCES partnership (id) ON DELETE CASCADE,
    room_id BLOB NOT NULL,
    -- When the invitation was accepted.
    created_at INTEGER NOT NULL,
    -- When both were in the room for the first time; what the duration counts from.
    started_at INTEGER,
    ended_at INTEGER,
    end_reason TEXT,
    ended_by BLOB
) STRICT;
CREATE UNIQUE INDEX call_open ON call (room_id) WHERE ended_at IS NULL;
CREATE INDEX call_partnership ON call (partnership_id, created_at);

CREATE TABLE call_participant (
    call_id BLOB NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The tab that takes part; it moves on with a reload.
    seat_id BLOB,
    -- The socket of that tab, where signals for it go.
    connection_id BLOB,
    joined_at INTEGER,
    last_heartbeat_at INTEGER NOT NULL,
    -- Set when the tab said that it was going (pagehide), cleared when it is back.
    gone_at INTEGER,
    -- Whether the other side was told that this one is silent.
    told_lost INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (call_id, user_id)
) STRICT;
CREATE INDEX call_participant_user ON call_participant (user_id, call_id);

CREATE TABLE call_invitation (
    id BLOB PRIMARY KEY NOT NULL,
    partnership_id BLOB NOT NULL REFERENCES partnership (id) ON DELETE CASCADE,
    caller_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    callee_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- When a device of the callee first showed it: without that, it ends as expired, not missed.
    reached_at INTEGER,
    settled_at INTEGER,
    call_id BLOB REFERENCES call (id) ON DELETE SET NULL
) STRICT;
-- A pair rings once at a time, whoever calls: crossed invitations meet here.
CREATE UNIQUE INDEX call_invitation_ringing ON call_invitation (partnership_id) WHERE status = 'ringing';
CREATE INDEX call_invitation_callee ON call_invitation (callee_id, status);
CREATE INDEX call_invitation_caller ON call_invitation (caller_id, status);
CREATE INDEX call_invitation_due ON call_invitation (expires_at) WHERE status = 'ringing';
