-- Times to talk that two partners have agreed on. The same stands in migrations/sqlite.

CREATE TABLE appointment (
    id UUID PRIMARY KEY NOT NULL,
    partnership_id UUID NOT NULL REFERENCES partnership (id) ON DELETE CASCADE,
    -- proposed, agreed, declined, cancelled
    status TEXT NOT NULL,
    -- Who proposed it, or the change that waits: it is the other one who answers.
    asked_by UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    about TEXT NOT NULL,
    -- When it begins first, and how many minutes it takes.
    starts_at BIGINT NOT NULL,
    minutes INTEGER NOT NULL,
    -- Whose clocks a series follows (IANA).
    time_zone TEXT NOT NULL,
    -- never, weekly
    repeats TEXT NOT NULL,
    -- When the last time of it is over; nothing where there is none.
    over_at BIGINT,
    -- A change that waits for an answer: of the time planned for `new_day`, or of all of them where that is nothing.
    new_starts_at BIGINT,
    new_minutes INTEGER,
    new_time_zone TEXT,
    new_day INTEGER,
    -- Goes up with each change.
    edition INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- Up to when both were reminded.
    reminded_at BIGINT NOT NULL
);
CREATE INDEX appointment_partnership ON appointment (partnership_id, status, over_at);
CREATE INDEX appointment_asked_by ON appointment (asked_by);

-- Times of a series that are otherwise: at another time, or not at all.
CREATE TABLE appointment_exception (
    appointment_id UUID NOT NULL REFERENCES appointment (id) ON DELETE CASCADE,
    -- The day for which it was planned, in days since 1970, by the clocks of the series.
    day INTEGER NOT NULL,
    starts_at BIGINT,
    minutes INTEGER,
    PRIMARY KEY (appointment_id, day)
);

-- The address at which a person's calendars fetch their appointments.
CREATE TABLE calendar_feed (
    user_id UUID PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT calendar_feed_token_hash UNIQUE (token_hash)
);
