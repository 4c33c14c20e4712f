-- People who look after the others. The same stands in migrations/sqlite.

-- Everybody else is a member and has no row.
CREATE TABLE user_role (
    user_id UUID PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- moderator, admin
    role TEXT NOT NULL,
    granted_at BIGINT NOT NULL
);
