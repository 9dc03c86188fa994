/// The hint for a key that public projects carry and that no server ever read.
pub(super) const NEVER_HAD_AN_EFFECT: &str = "this key never had an effect; remove it";

/// The hint for schedules, which only watchers have.
pub(super) const WATCHERS_SCHEDULE: &str =
    "this key never had an effect; a schedule belongs to a watcher, which is declared in a model file";
