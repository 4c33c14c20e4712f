-- In which calls a person's network address is kept from the other: until_talked, always, never.
-- The same stands in migrations/postgres.
ALTER TABLE users
    ADD COLUMN hide_address TEXT NOT NULL DEFAULT 'until_talked';
