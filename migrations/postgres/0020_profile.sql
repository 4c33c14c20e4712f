-- The completed profile: what somebody wants of an exchange, and when they have time.
-- The same stands in migrations/sqlite.

-- What they like to talk about, in their own words; may be empty.
ALTER TABLE profile
    ADD COLUMN topics TEXT NOT NULL DEFAULT '';
-- What they learn for: speak, write, exam, travel, work; several with commas.
ALTER TABLE profile
    ADD COLUMN goals TEXT NOT NULL DEFAULT '';
-- How they like to be corrected: at_once, at_the_end, when_asked; none if they have not said.
ALTER TABLE profile
    ADD COLUMN correction TEXT;
-- The hours of a week by their own clock, a bit each, Monday 0:00 first: 21 bytes, or none if they have not said.
ALTER TABLE profile
    ADD COLUMN hours BYTEA NOT NULL DEFAULT '';
-- ISO 3166-1 alpha-2.
ALTER TABLE profile
    ADD COLUMN country TEXT;
-- Their own affair: it keeps young people and adults apart, and others read it only where the column after it says so.
ALTER TABLE profile
    ADD COLUMN birth_year INTEGER;
ALTER TABLE profile
    ADD COLUMN shows_birth_year BOOLEAN NOT NULL DEFAULT FALSE;
