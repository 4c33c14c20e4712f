-- What happened to accounts and from where: who came in, who was kept out, what was changed. The same table stands in migrations/sqlite.

CREATE TABLE audit (
    id UUID PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    -- NULL where what was typed is nobody's name.
    user_id UUID REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    -- A JSON object. No secrets, and nothing that was typed.
    detail TEXT NOT NULL
);
CREATE INDEX audit_user_id ON audit (user_id, at);
CREATE INDEX audit_at ON audit (at);
