//! The field's words: identifiers, values and paths that every other module speaks.

mod arguments;
mod cron;
mod diagnostic;
mod domain;
mod host_reach;
mod ids;
mod near_reference;
mod number;
mod path;
mod secret_words;
mod sensitivity;
mod template;
mod text;
mod unique_json;
mod value;
mod white_space;
mod wiped_json;
mod wording;

pub use arguments::{Arguments, classify_command, has_secret_argument};
pub use cron::{cron_problem, next_run};
pub use diagnostic::{Diagnostic, Excerpt, Family, Position, Severity};
pub use domain::{DomainMistake, normalize_domain, normalize_domains, normalize_own_domain};
pub use host_reach::HostReach;
pub use ids::{AgentId, InvalidName, OrgSlug, RESERVED_ENTITY_SLUGS, SecretName, StableId, TypeSlug};
pub use near_reference::NearReference;
pub use number::{Number, UnsafeNumber};
pub use path::FieldPath;
pub use secret_words::is_secret_key;
pub use sensitivity::{Place, classify, has_secret_shape, is_mask, is_server_reference, shown_part};
pub use template::template_problem;
pub use text::{Sensitive, Text};
pub use unique_json::UniqueJson;
pub use value::Value;
pub use white_space::{trim, trim_start, with_line_ends_of, with_line_feeds};
pub use wiped_json::WipedJson;
pub use wording::{counted, plural, with_short_words};
