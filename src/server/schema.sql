-- Schema version 7. Times are integer milliseconds; JSON is kept as text with sorted keys.
-- A change here is also a step of migrations.rs, word for word.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- last_version: the last number that a change of an object was given, which is then the object's version.
CREATE TABLE organizations (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'public')),
    created_at INTEGER NOT NULL,
    last_version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE memberships (
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    PRIMARY KEY (org, user)
) STRICT, WITHOUT ROWID;

-- hash: SHA-256 of the whole token. org: set when the token is bound to one organization.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    name TEXT NOT NULL,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scope TEXT,
    org INTEGER REFERENCES organizations (id) ON DELETE CASCADE,
    bootstrap INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

-- applied_by, here and below: the project that changed the object last, as JSON.
CREATE TABLE agents (
    id INTEGER PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    settings_updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    settings_version INTEGER NOT NULL DEFAULT 1,
    applied_by TEXT,
    UNIQUE (org, agent_id)
) STRICT;

-- One row a settings member that differs from its default.
CREATE TABLE agent_settings (
    agent INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    member TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (agent, member)
) STRICT;

-- config: secret values are replaced by their masks; the values are in sealed_values.
CREATE TABLE platforms (
    id INTEGER PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    agent INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    platform_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    config TEXT NOT NULL,
    settings TEXT NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{}',
    status TEXT NOT NULL CHECK (status IN ('active', 'stopped', 'error')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (org, platform_id)
) STRICT;
CREATE INDEX platforms_by_agent ON platforms (agent);

-- Secret values inside platforms and settings. owner: platform/<agent>/<id> or agent/<agent>. field: a JSON array.
CREATE TABLE sealed_values (
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    field TEXT NOT NULL,
    agent INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (org, owner, field)
) STRICT;
CREATE INDEX sealed_values_by_agent ON sealed_values (agent);

-- The secrets of an organization that secret://<org>/user/<name> refers to.
CREATE TABLE secrets (
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    digest BLOB NOT NULL,
    salt BLOB NOT NULL,
    fingerprint TEXT NOT NULL,
    source TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (org, name)
) STRICT;

CREATE TABLE entity_types (
    id INTEGER PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    icon TEXT,
    color TEXT,
    metadata_schema TEXT,
    event_kinds TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    applied_by TEXT,
    UNIQUE (org, slug)
) STRICT;

CREATE TABLE relationship_types (
    id INTEGER PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    metadata_schema TEXT,
    metadata TEXT,
    is_symmetric INTEGER NOT NULL,
    inverse INTEGER REFERENCES relationship_types (id) ON DELETE SET NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    version INTEGER NOT NULL DEFAULT 1,
    applied_by TEXT
) STRICT;
-- The slug of a deleted type is free again, and slugs are an organization's own.
CREATE UNIQUE INDEX live_relationship_slugs ON relationship_types (org, slug) WHERE deleted_at IS NULL;

CREATE TABLE relationship_rules (
    id INTEGER PRIMARY KEY,
    relationship_type INTEGER NOT NULL REFERENCES relationship_types (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (relationship_type, source, target)
) STRICT;

-- Never a value: what was done to what by whom.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    org INTEGER REFERENCES organizations (id) ON DELETE CASCADE,
    actor TEXT NOT NULL,
    source TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    field TEXT
) STRICT;
CREATE INDEX audit_by_org ON audit (org, id);

-- Who wrote which secret of an organization: of the value no more than its fingerprint.
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

-- Values that were compared with a hidden one and differed: of a value no more than its keyed digest, and for one day.
CREATE TABLE comparisons (
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    day INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (org, owner, field, version, day, digest)
) STRICT, WITHOUT ROWID;

-- Which projects of this machine were applied to an org, and which of them had an agent last.
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

-- Scheduled prompts. The id of a watcher is never given again. agent_id outlives its agent. current_version: that of its row in
-- watcher_versions. revision: what conditions of requests are about.
CREATE TABLE watchers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
    current_version INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    schedule TEXT,
    scheduler_client_id TEXT,
    tags TEXT NOT NULL,
    sources TEXT NOT NULL,
    model_config TEXT NOT NULL,
    device_worker_id TEXT,
    agent_kind TEXT,
    notification_channel TEXT NOT NULL CHECK (notification_channel IN ('canvas', 'notification', 'both')),
    notification_priority TEXT NOT NULL CHECK (notification_priority IN ('low', 'normal', 'high')),
    min_cooldown_seconds INTEGER NOT NULL,
    next_run_at INTEGER,
    reaction_script TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (org, slug)
) STRICT;

-- What the versions of a watcher's prompt hold.
CREATE TABLE watcher_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    watcher INTEGER NOT NULL REFERENCES watchers (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    prompt TEXT NOT NULL,
    extraction_schema TEXT NOT NULL,
    json_template TEXT,
    keying_config TEXT,
    classifiers TEXT,
    condensation_prompt TEXT,
    condensation_window_count INTEGER,
    reactions_guidance TEXT,
    change_notes TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (watcher, version)
) STRICT;
