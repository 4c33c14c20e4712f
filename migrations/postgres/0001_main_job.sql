-- The main job: people, their languages, requests and partnerships, invitations and calls.
-- Keys are UUIDv7; times are microseconds since 1970 (UTC). The same tables stand in migrations/sqlite.

CREATE TABLE users (
    id UUID PRIMARY KEY NOT NULL,
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
    last_seen_at BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT users_username_key UNIQUE (username_key),
    CONSTRAINT users_email_key UNIQUE (email_key)
);

CREATE TABLE session (
    id UUID PRIMARY KEY NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie's token: a copy of this table signs nobody in.
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    CONSTRAINT session_token_hash UNIQUE (token_hash)
);
CREATE INDEX session_user_id ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

-- What a plain form brings back to its page, for one showing.
CREATE TABLE form_return (
    token_hash BYTEA PRIMARY KEY NOT NULL,
    content JSONB NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX form_return_expiry ON form_return (expires_at);

CREATE TABLE profile (
    user_id UUID PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    bio TEXT NOT NULL DEFAULT '',
    updated_at BIGINT NOT NULL
);

CREATE TABLE user_language (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    role TEXT NOT NULL,
    -- CEFR; native speakers have none.
    level TEXT,
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, language)
);
-- Matching asks for everybody with a language in a role.
CREATE INDEX user_language_role ON user_language (language, role, user_id);

CREATE TABLE user_interest (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    interest TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (user_id, interest)
);
CREATE INDEX user_interest_interest ON user_interest (interest, user_id);

CREATE TABLE match_request (
    id UUID PRIMARY KEY NOT NULL,
    sender_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipient_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT
);
-- One open request per direction; answered ones stay as history.
CREATE UNIQUE INDEX match_request_open ON match_request (sender_id, recipient_id) WHERE status = 'pending';
CREATE INDEX match_request_recipient ON match_request (recipient_id, status);

CREATE TABLE partnership (
    id UUID PRIMARY KEY NOT NULL,
    -- One row per unordered pair: the smaller id first.
    low_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    high_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The pair's room; a new one when they become partners again, so that old addresses stay closed.
    room_id UUID NOT NULL,
    since BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by UUID,
    CONSTRAINT partnership_pair UNIQUE (low_id, high_id),
    CONSTRAINT partnership_room_id UNIQUE (room_id)
);
CREATE INDEX partnership_high ON partnership (high_id);

CREATE TABLE call (
    id UUID PRIMARY KEY NOT NULL,
    partnership_id UUID NOT NULL REFERENCES partnership (id) ON DELETE CASCADE,
    room_id UUID NOT NULL,
    -- When the invitation was accepted.
    created_at BIGINT NOT NULL,
    -- When both were in the room for the first time; what the duration counts from.
    started_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT,
    ended_by UUID
);
CREATE UNIQUE INDEX call_open ON call (room_id) WHERE ended_at IS NULL;
CREATE INDEX call_partnership ON call (partnership_id, created_at);

CREATE TABLE call_participant (
    call_id UUID NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The tab that takes part; it moves on with a reload.
    seat_id UUID,
    -- The socket of that tab, where signals for it go.
    connection_id UUID,
    joined_at BIGINT,
    last_heartbeat_at BIGINT NOT NULL,
    -- Set when the tab said that it was going (pagehide), cleared when it is back.
    gone_at BIGINT,
    -- Whether the other side was told that this one is silent.
    told_lost BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (call_id, user_id)
);
CREATE INDEX call_participant_user ON call_participant (user_id, call_id);

CREATE TABLE call_invitation (
    id UUID PRIMARY KEY NOT NULL,
    partnership_id UUID NOT NULL REFERENCES partnership (id) ON DELETE CASCADE,
    caller_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    callee_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When a device of the callee first showed it: without that, it ends as expired, not missed.
    reached_at BIGINT,
    settled_at BIGINT,
    call_id UUID REFERENCES call (id) ON DELETE SET NULL
);
-- A pair rings once at a time, whoever calls: crossed invitations meet here.
CREATE UNIQUE INDEX call_invitation_ringing ON call_invitation (partnership_id) WHERE status = 'ringing';
CREATE INDEX call_invitation_callee ON call_invitation (callee_id, status);
CREATE INDEX call_invitation_caller ON call_invitation (caller_id, status);
CREATE INDEX call_invitation_due ON call_invitation (expires_at) WHERE status = 'ringing';
