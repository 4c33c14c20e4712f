-- Who is here, told by each process to the others; and what a person shows of it.
-- The same tables stand in migrations/sqlite.

-- A process that serves. It tells every few seconds that it lives; one that was killed falls silent.
CREATE TABLE process (
    id UUID PRIMARY KEY NOT NULL,
    -- Machine and address where it listens. A process that finds its own place here has come after one that ended.
    place TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- Raised with each change of who is at it: others read the people only then.
    version BIGINT NOT NULL
);

-- Who is at which process. No reference to users: whoever is deleted loses their sockets, and the row with them.
CREATE TABLE presence (
    process_id UUID NOT NULL REFERENCES process (id) ON DELETE CASCADE,
    user_id UUID NOT NULL,
    -- Open tabs; 0 for a moment after the last one closed.
    connections BIGINT NOT NULL,
    -- online, away, in_call
    state TEXT NOT NULL,
    PRIMARY KEY (process_id, user_id)
);

-- To others the person looks gone since the moment when this was switched on.
ALTER TABLE users
    ADD COLUMN is_invisible BOOLEAN NOT NULL DEFAULT false;
-- Whether people who are no partners read "Online", in search and on the profile.
ALTER TABLE users
    ADD COLUMN show_online BOOLEAN NOT NULL DEFAULT true;
