-- What is said along with a no, when a request was brought back to mind, and why a partnership ended. The same stands in migrations/postgres.

-- Said to who asked; may be empty.
ALTER TABLE match_request ADD COLUMN answer TEXT NOT NULL DEFAULT '';
-- When the one who was asked was told of it again.
ALTER TABLE match_request ADD COLUMN reminded_at INTEGER;
-- How many came to a person and went from one of late, and when the latest was declined.
CREATE INDEX match_request_came ON match_request (recipient_id, created_at);
CREATE INDEX match_request_went ON match_request (sender_id, created_at);
CREATE INDEX match_request_answered ON match_request (sender_id, recipient_id, settled_at);

-- Why it ended, by the one who ended it, and for nobody else's eyes.
ALTER TABLE partnership ADD COLUMN end_reason TEXT;
ALTER TABLE partnership ADD COLUMN end_words TEXT NOT NULL DEFAULT '';
