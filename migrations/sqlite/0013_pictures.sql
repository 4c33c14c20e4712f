-- Pictures of people. The same table and column stand in migrations/postgres.

-- A picture whose files are stored, or are about to be. The row comes before the files and goes after them, so that no file is without a row.
CREATE TABLE picture (
    id BLOB PRIMARY KEY NOT NULL,
    -- Whose it is. Nobody's once they are gone: its files go then.
    user_id BLOB REFERENCES users (id) ON DELETE SET NULL,
    -- Whether it is the one that others see. If not it was replaced or taken away, or is not stored yet.
    is_shown INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX picture_user ON picture (user_id);
CREATE UNIQUE INDEX picture_shown ON picture (user_id) WHERE is_shown;
-- What is to be cleared away.
CREATE INDEX picture_left ON picture (created_at) WHERE NOT is_shown;

-- The shown one once more, for everything that shows people.
ALTER TABLE users ADD COLUMN picture_id BLOB;
