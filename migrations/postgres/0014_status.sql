-- What a person says of themselves to their partners, beside being here.
-- The same stands in migrations/sqlite.

-- Not to be disturbed: nothing rings or sounds. Whoever is invisible is not busy.
ALTER TABLE users
    ADD COLUMN is_busy BOOLEAN NOT NULL DEFAULT FALSE;
-- One line in their own words; empty if there is none.
ALTER TABLE users
    ADD COLUMN status TEXT NOT NULL DEFAULT '';
-- Until when it is shown; without, until they clear it.
ALTER TABLE users
    ADD COLUMN status_until BIGINT;
