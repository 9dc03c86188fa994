//! Watchers: scheduled prompts with an output schema (`docs/api/watchers.md`). They are kept, and nothing here runs them.

mod answer;
mod archive;
mod call;
mod create;
mod create_version;
mod list;
mod read_versions;
mod row;
mod rules;
mod script;
mod settings;
mod update;
mod version_fields;

pub(super) use call::WatcherCall;
pub(super) use list::Filter;
