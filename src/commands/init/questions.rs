//! What a person is asked about a new project; at most three questions on a machine without logins.

use std::path::Path;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::accounts::Accounts;
use crate::commands::Session;
use crate::commands::org::slug;
use crate::error::{CommandError, ErrorKind};
use crate::init::{Blueprint, NewFile, provider_of, title_of};
use crate::model::AgentId;
use crate::render::document::{Document, line};
use crate::schema::kinds::platform;
use crate::ui::Prompter;

/// What would be asked otherwise.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Init")]
pub(super) struct AnswerOptions {
    /// Name of the project (default: the name of its directory)
    #[arg(long, value_name = "NAME", conflicts_with_all = ["example", "from"])]
    name: Option<String>,
    /// Pin the project to this org
    #[arg(long, value_name = "SLUG", conflicts_with_all = ["example", "from"])]
    org: Option<String>,
    /// ID of the agent (default: assistant)
    #[arg(long, value_name = "ID", conflicts_with_all = ["example", "from"])]
    agent: Option<String>,
    /// Model provider of the agent (default: anthropic)
    #[arg(long, value_name = "ID", conflicts_with_all = ["example", "from"])]
    provider: Option<String>,
    /// Add a chat platform; repeat for several
    #[arg(long, value_name = "TYPE", conflicts_with_all = ["example", "from"], value_parser = PossibleValuesParser::new(platform::TYPES))]
    platform: Vec<String>,
    /// Add a memory schema
    #[arg(long, conflicts_with_all = ["example", "from"])]
    memory: bool,
}

impl AnswerOptions {
    /// Whether any of them is given.
    pub(super) fn is_given(&self) -> bool {
        let Self { name, org, agent, provider, platform, memory } = self;
        [name, org, agent, provider].iter().any(|answer| answer.is_some()) || !platform.is_empty() || *memory
    }
}

/// What a new project starts from.
pub(super) enum Start {
    /// These files.
    Files(Vec<NewFile>),
    /// The org of a context.
    Org(String),
}

const DEFAULT_AGENT: &str = "assistant";
const DEFAULT_PROVIDER: &str = "anthropic";

/// Takes the answers of flags, asks for the others, and makes a project of them.
pub(super) fn start(
    session: &Session,
    given: &AnswerOptions,
    takes_defaults: bool,
    may_be_org: bool,
    path: &Path,
) -> Result<Start, CommandError> {
    let prompter = if takes_defaults { None } else { session.ui.prompter() };
    if prompter.is_none() && !takes_defaults {
        return Err(CommandError::new(ErrorKind::NotATerminal, "cannot prompt: not a terminal (use --yes)")
            .hint("Nothing was written."));
    }
    // Flags are checked before anything is asked.
    let name = match &given.name {
        Some(name) => title_of(name).map_err(|error| CommandError::usage(error.to_string()))?,
        None => name_of(path),
    };
    let org = given.org.as_deref().map(slug).transpose()?;
    let agent = given.agent.as_deref().map(agent_of).transpose().map_err(CommandError::usage)?;
    let provider = given.provider.as_deref().map(provider_text).transpose().map_err(CommandError::usage)?;
    if may_be_org
        && !given.is_given()
        && is_empty(path)
        && let Some(prompter) = &prompter
        && let Some(context) = org_to_start_from(session, prompter)?
    {
        return Ok(Start::Org(context));
    }
    let agent = match agent {
        Some(agent) => agent,
        None => asked(prompter.as_ref(), "ID of the agent", DEFAULT_AGENT, agent_of)?,
    };
    let provider = match provider {
        Some(provider) => provider,
        None => asked(prompter.as_ref(), "Model provider", DEFAULT_PROVIDER, provider_text)?,
    };
    let (platforms, memory) = match &prompter {
        Some(prompter) if given.platform.is_empty() && !given.memory => parts(prompter)?,
        _ => (platforms(&given.platform), given.memory),
    };
    let blueprint = Blueprint { name, org, agent, provider, platforms, memory };
    Ok(Start::Files(blueprint.files()))
}

fn agent_of(text: &str) -> Result<AgentId, String> {
    AgentId::parse(text).map_err(|error| format!("`{text}` is not {}: it must match {}", error.kind, error.pattern))
}

fn provider_text(text: &str) -> Result<String, String> {
    provider_of(text).map_err(|error| error.to_string())
}

/// An answer, or the default where nobody is asked.
fn asked<T>(
    prompter: Option<&Prompter<'_>>,
    question: &'static str,
    default: &str,
    read: fn(&str) -> Result<T, String>,
) -> Result<T, CommandError> {
    let text = match prompter {
        Some(prompter) => {
            let check = |text: &str| read(text.trim()).map(drop);
            prompter.text(&Document::from(line!("{}", question)), default, &check).ok_or_else(interrupted)?
        }
        None => default.to_owned(),
    };
    read(text.trim()).map_err(CommandError::usage)
}

fn interrupted() -> CommandError {
    CommandError::interrupted().and("nothing was written")
}

/// What else the project has: chat platforms and a memory schema.
fn parts(prompter: &Prompter<'_>) -> Result<(Vec<&'static str>, bool), CommandError> {
    let mut lines = vec!["a memory schema: what agents remember".to_owned()];
    lines.extend(platform::TYPES.iter().map(|name| format!("chat on {name}")));
    let question = Document::from(line!("Add (space selects, enter continues)"));
    let chosen = prompter.any_of(&question, &lines).ok_or_else(interrupted)?;
    let platforms = chosen.iter().filter_map(|position| platform::TYPES.get(position.checked_sub(1)?).copied());
    Ok((platforms.collect(), chosen.contains(&0)))
}

/// Whether an org can be pulled into a directory: nothing is in it.
fn is_empty(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().all(|entry| entry.file_name() == ".git"),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// The types of flags, each once and in the order of the table.
fn platforms(given: &[String]) -> Vec<&'static str> {
    platform::TYPES.into_iter().filter(|name| given.iter().any(|given| given == name)).collect()
}

/// The context whose org the project is made from, where there are logins and a person wants that.
fn org_to_start_from(session: &Session, prompter: &Prompter<'_>) -> Result<Option<String>, CommandError> {
    // What is wrong with the files of logins is no matter of a new project.
    let snapshot = Accounts::of(&session.environment).and_then(|accounts| accounts.read().ok());
    let Some(snapshot) = snapshot else { return Ok(None) };
    let contexts: Vec<&String> = snapshot.contexts.keys().filter(|name| snapshot.has_login(name)).collect();
    if contexts.is_empty() {
        return Ok(None);
    }
    let mut lines = vec!["a new agent".to_owned()];
    lines.extend(contexts.iter().map(|name| format!("the org of context {name}")));
    let question = Document::from(line!("Start from"));
    let chosen = prompter.one_of(&question, &lines).ok_or_else(interrupted)?;
    Ok(chosen.checked_sub(1).and_then(|position| contexts.get(position)).map(|name| (*name).clone()))
}

/// The name of the directory, as a name of a project.
fn name_of(path: &Path) -> String {
    let canonical = path.canonicalize();
    let path = canonical.as_deref().unwrap_or(path);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    name.and_then(|name| title_of(&name).ok()).unwrap_or_else(|| "my-project".to_owned())
}
