-- A call to somebody who does not want to be disturbed rings for the caller only: nobody is to learn of the other's quiet hours. Noted
-- when it begins, so that it does not start to ring when they end half-way.
ALTER TABLE call_invitation ADD COLUMN is_silent BOOLEAN NOT NULL DEFAULT FALSE;
