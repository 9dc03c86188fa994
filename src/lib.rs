//! Makes an organization on a Lobu server equal to what a project's files say.
//!
//! Everything runs one way only:
//!
//! ```text
//! project ──► desired ─┐
//!                      ├─► plan ──► render ──► ui (confirm) ──► execute ──► render (report)
//! org (read) ─► actual ┘                                          │
//!                                                                 ▼
//!                                                           org (write)
//! ```
//!
//! - [`model`]: the field's words, which every other module speaks.
//! - [`edit`]: TOML and YAML texts edited in place, and the tree that YAML is read into.
//! - [`project`]: what lies on disk, and every diagnostic about it.
//! - [`explain`]: what may be said in its files, key by key: for people, for editors, for the reference.
//! - [`desired`]: what the project wants, as the server will store it.
//! - [`http`]: requests, for orgs and for logins: connections, redirects, retries, limits, and why one failed.
//! - [`wire`] and [`org`]: the API's JSON, and the org as it is: what is asked, what may be sent, what answers mean.
//! - [`plan`]: the difference between the two sides, a plain value made by a pure function.
//! - [`pull`]: the way back, from what the org has to what the files are to say, patched in place.
//! - [`init`]: new projects as texts, from a few answers, an example or a template.
//! - [`show`]: what a project says once it is merged, and what an org has, with where each entry is from.
//! - [`execute`]: carries out a plan that was approved, and nothing else can be.
//! - [`secrets`]: secret values, which cannot be printed, copied or compared, and where they come from.
//! - [`push`]: brings them into an org, a column of its own: what would be sent, what was agreed to, the one request.
//! - [`doctor`]: whether everything that a command needs is in order: facts in, findings out, a function a check.
//! - [`server`]: the embedded org, the same API over SQLite, which knows nothing of the modules above but a few words.
//! - [`render`] and [`ui`]: documents built by pure functions, and the terminal that they are written to.
//! - [`accounts`]: contexts and logins: logging in and out, and the files that keep both between runs.
//! - [`target`] and [`mod@env`]: flags, environment, stored contexts and pins, resolved once.
//! - [`files`]: files that are replaced whole, under a lock.
//! - [`clock`]: the time of day, asked in one place.
//! - [`fault`]: places at which tests let the process fail; nothing in a release build.
//! - [`cli`], [`commands`] and [`error`]: what can be typed, a file a verb, and how a command ends.
//!
//! Who imports whom, and who names which library, is a table in `tests/it/import_table.rs`. The invariants are in
//! `docs/architecture.md`, the decisions in `docs/decisions/`.

pub mod accounts;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod desired;
pub mod doctor;
pub mod edit;
pub mod env;
pub mod error;
pub mod execute;
pub mod explain;
pub mod fault;
pub mod files;
pub mod http;
pub mod init;
pub mod model;
pub mod org;
pub mod plan;
pub mod project;
pub mod pull;
pub mod push;
pub mod render;
pub mod schema;
pub mod secrets;
pub mod server;
pub mod show;
pub mod target;
pub mod ui;
pub mod wire;
