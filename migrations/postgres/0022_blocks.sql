-- People who want nothing to do with somebody, what is reported of people, and who can be found at all.
-- The same stands in migrations/sqlite.

-- The two do not meet any more, whoever of them it was.
CREATE TABLE block (
    blocker_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    blocked_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
);
CREATE INDEX block_blocked ON block (blocked_id);

-- Told to those who look after this place, and to nobody else.
CREATE TABLE report (
    id UUID PRIMARY KEY NOT NULL,
    -- Nobody's once they are gone: what was told still has to be looked into.
    reporter_id UUID REFERENCES users (id) ON DELETE SET NULL,
    reported_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- spam, harassment, pretence, age, other
    kind TEXT NOT NULL,
    -- In their own words; may be empty.
    words TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX report_reporter ON report (reporter_id);
CREATE INDEX report_reported ON report (reported_id);

-- Whether people who are no partners find and read it.
ALTER TABLE profile
    ADD COLUMN is_public BOOLEAN NOT NULL DEFAULT TRUE;
