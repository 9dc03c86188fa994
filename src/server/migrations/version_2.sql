-- From schema version 1 to 2: who wrote which secret of an organization, and never a value.

CREATE TABLE secret_audit (
    id INTEGER PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 4 AND fingerprint NOT GLOB '*[^0-9a-f]*'),
    action TEXT NOT NULL CHECK (action IN ('create', 'rotate', 'delete')),
    source TEXT NOT NULL CHECK (source IN ('env', 'file', 'stdin', 'api', 'system')),
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX secret_audit_newest_first ON secret_audit (org, name, created_at DESC, id DESC);
