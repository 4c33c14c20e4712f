-- What people write to each other. The same tables stand in migrations/sqlite.

-- Who talks with whom. Its row is the lock of the conversation: whoever writes the next message holds it until the commit, so that numbers are
-- given in the order of commits and without gaps.
CREATE TABLE conversation (
    -- Of a pair the key of the partnership, so that it is known before anybody has written. The row comes with the first message.
    id UUID PRIMARY KEY NOT NULL,
    -- The pair that talks. A conversation of several will have none.
    partnership_id UUID REFERENCES partnership (id) ON DELETE CASCADE,
    -- The number of the newest message; 0 before the first.
    last_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT conversation_partnership_id UNIQUE (partnership_id)
);

-- Who may read it, also when they are partners no more.
CREATE TABLE conversation_member (
    conversation_id UUID NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Everything up to this number has been read.
    read_seq BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX conversation_member_user ON conversation_member (user_id);

CREATE TABLE message (
    id UUID PRIMARY KEY NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    author_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What the author's browser calls it: what is sent again because the answer was lost is kept once.
    client_id UUID NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT message_seq UNIQUE (conversation_id, seq),
    CONSTRAINT message_client_id UNIQUE (author_id, client_id)
);
