-- From schema version 5 to 6: watchers, and the numbered versions of their prompts.

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
