-- What happened to accounts and from where: who came in, who was kept out, what was changed. The same table stands in migrations/postgres.

CREATE TABLE audit (
    id BLOB PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    -- NULL where what was typed is nobody's name.
    user_id BLOB REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    -- A JSON object. No secrets, and nothing that was typed.
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_user_id ON audit (user_id, at);
CREATE INDEX audit_at ON audit (at);
