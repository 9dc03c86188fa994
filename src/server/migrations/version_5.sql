-- From schema version 4 to 5: which projects of this machine were applied to which org, and which of them had an agent last.

CREATE TABLE projects (
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (org, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE project_agents (
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (org, agent)
) STRICT, WITHOUT ROWID;
