-- Who wants to hear of what somebody opens to everybody. The same stands in migrations/postgres.

CREATE TABLE follow (
    follower_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    followed_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    PRIMARY KEY (follower_id, followed_id)
) STRICT;
CREATE INDEX follow_followed ON follow (followed_id);
