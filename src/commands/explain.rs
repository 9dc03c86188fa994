//! `lobu explain`: the keys of project files, offline and without a project.

use clap::Args;

use crate::error::CommandError;
use crate::explain::{Guide, NotFound};
use crate::render::{explain, json};
use crate::schema::ALL;

use super::options::FormatOptions;
use super::{Outcome, Session};

/// Explain the keys of project files
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Key or table, such as `agents.network.allowed`, `targets` or `watchers.schedule` (default: list all keys)
    #[arg(value_name = "PATH", help_heading = "Arguments")]
    path: Option<String>,
    #[command(flatten)]
    format: FormatOptions,
}

/// Says what a key is for, what it may hold, and what becomes of it. Exit 0, or 2 where there is no such key.
pub fn run(session: &Session, args: &ExplainArgs) -> Result<Outcome, CommandError> {
    let guide = Guide::of(&ALL);
    let json = args.format.json;
    let Some(path) = &args.path else {
        if json {
            session.ui.product_json(&json::explain_all(&guide));
        } else {
            session.ui.product(&explain::overview(&guide));
        }
        return Ok(Outcome::Done);
    };
    let entry = guide.find(path).map_err(|why| not_found(path, why))?;
    if json {
        session.ui.product_json(&json::explain_key(&entry));
    } else {
        session.ui.product(&explain::key(&entry));
    }
    Ok(Outcome::Done)
}

fn not_found(path: &str, why: NotFound) -> CommandError {
    let command = |path: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if path.chars().all(is_plain) { format!("lobu explain {path}") } else { format!("lobu explain '{path}'") }
    };
    match why {
        NotFound::Several(paths) => {
            let commands: Vec<String> = paths.iter().map(|path| command(path)).collect();
            CommandError::usage(format!("{} keys end in `{path}`", paths.len()))
                .hint_command("name one of them:", commands.join("\n"))
        }
        NotFound::Unknown { near, table } => {
            let error = CommandError::usage(format!("unknown key `{path}`"));
            let error = match near {
                Some(near) => error.hint_command("did you mean:", command(&near)),
                None => error,
            };
            match table.filter(|table| !table.is_empty()) {
                Some(table) => error.hint_command(&format!("to list the keys of `{table}`:"), command(&table)),
                None => error.hint_command("to list all keys:", "lobu explain"),
            }
        }
    }
}
