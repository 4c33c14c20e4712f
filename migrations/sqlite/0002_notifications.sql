-- Nothing is missed: the log of each person, what their list shows, how they want to hear of it; and work that is done later.
-- The same tables stand in migrations/postgres.

-- Where a person's log is. Its row is the lock of the log: whoever writes the next event holds it until the commit, so that numbers are
-- given in the order of commits and without gaps. A sequence of the database would leave one with each transaction that is rolled back.
CREATE TABLE event_log (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Numbers of different epochs are not compared. The first is the person's own id; to make every client start anew, draw another.
    epoch BLOB NOT NULL,
    last_seq INTEGER NOT NULL,
    -- The smallest number that is kept; one above the last when none is.
    first_seq INTEGER NOT NULL
) STRICT;

-- What the list shows: one line per subject, which says what happened to it last.
CREATE TABLE notification (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What it is about, as call:{invitation}. A text, because features that come later have subjects of their own.
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Joined when it is read: names are those of today.
    actor_id BLOB REFERENCES users (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    -- The number of its last put, by which the list is ordered: a replay shows a line once, where it stands now.
    seq INTEGER NOT NULL,
    -- When that happened: a line about which something later happens counts from then.
    created_at INTEGER NOT NULL,
    read_at INTEGER,
    CONSTRAINT notification_subject UNIQUE (user_id, subject)
) STRICT;
CREATE UNIQUE INDEX notification_page ON notification (user_id, seq DESC);
-- The badge counts these on every page.
CREATE INDEX notification_unread ON notification (user_id) WHERE read_at IS NULL;
CREATE INDEX notification_actor ON notification (actor_id);
CREATE INDEX notification_old ON notification (created_at) WHERE read_at IS NOT NULL;

-- The log: what changed in the list, one number after the other.
CREATE TABLE event (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    -- put, read, read_all
    kind TEXT NOT NULL,
    -- No reference: the number stays when the line goes.
    notification_id BLOB,
    -- Of read_all: the last number that it read.
    up_to INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, seq)
) STRICT;
CREATE INDEX event_old ON event (created_at);

-- What a person has chosen; who has not has no row, and the defaults of the code.
CREATE TABLE notification_setting (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    in_app INTEGER NOT NULL,
    desktop INTEGER NOT NULL,
    sound INTEGER NOT NULL,
    email INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind)
) STRICT;

-- Minutes since midnight, on the clock of the person's own zone: they hold through travel and summer time.
CREATE TABLE quiet_hours (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_on INTEGER NOT NULL,
    from_minute INTEGER NOT NULL,
    to_minute INTEGER NOT NULL
) STRICT;

-- Devices that an account was used on, coarsely: a sign-in from elsewhere is told. Sessions cannot say it, since signing out deletes them.
CREATE TABLE known_device (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Browser and system without their versions.
    family TEXT NOT NULL,
    -- The address up to /24 (IPv4) or /48 (IPv6).
    network TEXT NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, family, network)
) STRICT;
CREATE INDEX known_device_old ON known_device (last_used_at);

-- Work that is done later, or again until it succeeds.
CREATE TABLE job (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    -- Work with a key is there once; asking for it again while it is there only moves it.
    unique_key TEXT,
    payload TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    -- How often it was begun.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Raised when it is asked for again: then it runs once more, even if it is running at that moment.
    version INTEGER NOT NULL DEFAULT 0,
    -- While somebody works on it. A process that is killed gives nothing back: its time runs out.
    leased_until INTEGER,
    last_error TEXT,
    -- Given up, and kept for whoever looks into it.
    dead_at INTEGER,
    created_at INTEGER NOT NULL,
    CONSTRAINT job_unique_key UNIQUE (unique_key)
) STRICT;
CREATE INDEX job_due ON job (run_at) WHERE dead_at IS NULL;

-- Keys of the installation, here and not in a folder, because its processes share them.
CREATE TABLE installation_key (
    name TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Requests that wait run out after a time.
CREATE INDEX match_request_age ON match_request (created_at) WHERE status = 'pending';

-- From here on each ringing has a job that ends it. What rang under the version before has none, and has rung out by now.
UPDATE call_invitation SET status = 'expired', settled_at = expires_at WHERE status = 'ringing';
DROP INDEX call_invitation_due;
