use super::words::sentence;
use super::{Check, Finding, failure, note, ok};

/// What is known of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetFacts {
    /// It is known.
    At {
        /// The context's name.
        context: String,
        /// The server's origin, or `embedded`.
        server: String,
        /// The org's slug.
        org: String,
    },
    /// Nothing names a server, or nothing an org.
    NotNamed {
        /// The message of a command that needs one.
        message: String,
    },
    /// Environment and project name different orgs.
    OrgsDiffer {
        /// The message of a command that refuses it.
        message: String,
    },
    /// Something else stands in the way.
    Refused {
        /// The message of a command that refuses it.
        message: String,
    },
    /// lobu.toml can't be read, and may name another org.
    Unknown,
}

/// The check of the target.
pub fn target_checks(facts: &TargetFacts) -> Vec<Finding> {
    let why = "No command goes anywhere before this is clear.";
    match facts {
        TargetFacts::At { context, server, org } => {
            vec![ok(Check::ServerTarget, format!("Context {context}, server {server}, org {org}."))]
        }
        TargetFacts::NotNamed { message } => vec![note(Check::ServerTarget, sentence(message))],
        TargetFacts::OrgsDiffer { message } => vec![failure(Check::OrgPin, sentence(message)).why(why)],
        TargetFacts::Refused { message } => vec![failure(Check::ServerTarget, sentence(message)).why(why)],
        TargetFacts::Unknown => Vec::new(),
    }
}
