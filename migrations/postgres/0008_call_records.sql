-- What is kept of a call: when media first came, with what each took part, how the connection was, and what each thought of it.
-- The same tables stand in migrations/sqlite.

-- When media of one first reached the other. None: they never saw or heard each other.
ALTER TABLE call ADD COLUMN first_media_at BIGINT;

-- phone, tablet, computer: what the seat was taken with last. None of those who never came.
ALTER TABLE call_participant ADD COLUMN device TEXT;
-- When they were there for the last time; set when the call ends.
ALTER TABLE call_participant ADD COLUMN left_at BIGINT;
-- What their samples come to, made some seconds after the end. JSON, because it is only ever read as a whole, and figures will be added. It
-- outlives the samples.
ALTER TABLE call_participant ADD COLUMN totals JSONB;

-- How the connection was over a few seconds, as one side's browser measured it.
CREATE TABLE call_sample (
    call_id UUID NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- When it came: the end of what it tells of.
    at BIGINT NOT NULL,
    figures JSONB NOT NULL,
    PRIMARY KEY (call_id, user_id, at)
);
CREATE INDEX call_sample_user_id ON call_sample (user_id);
CREATE INDEX call_sample_old ON call_sample (at);

-- What somebody thought of a call. For nobody's eyes but theirs.
CREATE TABLE call_feedback (
    call_id UUID NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    stars BIGINT NOT NULL,
    tags JSONB NOT NULL,
    note TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (call_id, user_id)
);
CREATE INDEX call_feedback_user_id ON call_feedback (user_id);
