-- Each new socket asks what ended for and from its person a moment ago: by these, whatever lies further back is not read.
-- The same stands in migrations/postgres.
CREATE INDEX call_invitation_caller_settled ON call_invitation (caller_id, settled_at);
CREATE INDEX call_invitation_callee_settled ON call_invitation (callee_id, settled_at);
