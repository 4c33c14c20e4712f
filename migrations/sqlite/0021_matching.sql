-- The index of the search for partners: what it looks at of people, beside each other in the order in which it looks at them.
-- All of it is made from other tables, and made anew when they change. The same stands in migrations/postgres.

-- Somebody who can be found. Who cannot, because they are going or have no languages yet, has no row.
CREATE TABLE match_person (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Under 18: they and adults do not find each other.
    is_young INTEGER NOT NULL,
    -- The day (UTC) of their last visit, in days since 1970. A heartbeat changes nothing here.
    active_day INTEGER NOT NULL,
    -- Their place among those of a day, for good: each reader begins elsewhere.
    ring INTEGER NOT NULL,
    -- The words of display name and username, folded, with spaces between them and around.
    name_key TEXT NOT NULL,
    -- Copies for the score, so that nothing else has to be read of a hundred people.
    interests TEXT NOT NULL,
    hours BLOB NOT NULL,
    correction TEXT
) STRICT, WITHOUT ROWID;

-- What somebody speaks beside what they learn: a row for each pair, since an exchange is found by both. The columns of the order are copies.
CREATE TABLE match_pair (
    user_id BLOB NOT NULL REFERENCES match_person (user_id) ON DELETE CASCADE,
    speaks TEXT NOT NULL,
    learns TEXT NOT NULL,
    is_young INTEGER NOT NULL,
    active_day INTEGER NOT NULL,
    ring INTEGER NOT NULL,
    -- native, fluent
    role TEXT NOT NULL,
    -- CEFR, or nothing: how well they speak the one and the other.
    speaks_level TEXT NOT NULL,
    learns_level TEXT NOT NULL,
    -- A bit for each interest, some of which share one: who lacks the bit lacks the interest.
    topics INTEGER NOT NULL,
    PRIMARY KEY (user_id, speaks, learns)
) STRICT, WITHOUT ROWID;
-- All that the search reads of a row: it reads nothing but these.
CREATE INDEX match_pair_order ON match_pair (is_young, speaks, learns, active_day DESC, ring, user_id, learns_level, role, speaks_level, topics);
CREATE INDEX match_pair_level ON match_pair (is_young, speaks, learns, learns_level, active_day DESC, ring, user_id, role, speaks_level, topics);

-- What a name is found by, in each pair of languages: whoever types the beginning of one finds it.
CREATE TABLE match_name (
    is_young INTEGER NOT NULL,
    speaks TEXT NOT NULL,
    learns TEXT NOT NULL,
    word TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES match_person (user_id) ON DELETE CASCADE,
    PRIMARY KEY (is_young, speaks, learns, word, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_name_user ON match_name (user_id);

-- Whether somebody is here is asked of people, not of processes.
CREATE INDEX presence_user ON presence (user_id);
