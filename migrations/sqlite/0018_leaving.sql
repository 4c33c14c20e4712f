-- People who take their data along, and people who go. The same stands in migrations/postgres.

-- An archive of somebody's data: asked for, and its file once it is made. The row comes before the file and goes after it, so that no file is
-- without a row.
CREATE TABLE data_export (
    -- Random: the file is named by it.
    id BLOB PRIMARY KEY NOT NULL,
    -- Whose it is. Nobody's once they are gone, or have another: its file goes then.
    user_id BLOB REFERENCES users (id) ON DELETE SET NULL,
    -- Of the page that it was asked for on, for people who have chosen none.
    language TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    ready_at INTEGER,
    failed_at INTEGER,
    -- Bytes, once it is ready.
    size INTEGER
) STRICT;
CREATE INDEX data_export_user ON data_export (user_id);
-- One is made at a time.
CREATE UNIQUE INDEX data_export_open ON data_export (user_id) WHERE ready_at IS NULL AND failed_at IS NULL;
CREATE INDEX data_export_asked ON data_export (asked_at);

-- Somebody who wants their account deleted, and may still want it back. What others see of them waits here meanwhile and not in users, so that no
-- query can show it.
CREATE TABLE account_deletion (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    asked_at INTEGER NOT NULL,
    deletes_at INTEGER NOT NULL,
    -- Of the page that it was asked for on, for people who have chosen none.
    language TEXT NOT NULL,
    username TEXT NOT NULL,
    display_name TEXT NOT NULL,
    search_key TEXT NOT NULL,
    picture_id BLOB
) STRICT;
CREATE INDEX account_deletion_due ON account_deletion (deletes_at);

-- Since when the row is nobody's: without a name, it holds together what others keep of somebody who is gone.
ALTER TABLE users
    ADD COLUMN deleted_at INTEGER;
-- Who of the two is leaving, by which it ended: should they stay after all, it holds again.
ALTER TABLE partnership
    ADD COLUMN left_by BLOB;

-- What is deleted is found by these.
CREATE INDEX call_invitation_call ON call_invitation (call_id);
CREATE INDEX call_invitation_partnership ON call_invitation (partnership_id);
CREATE INDEX match_request_sender ON match_request (sender_id);
CREATE INDEX partnership_left ON partnership (left_by) WHERE left_by IS NOT NULL;
