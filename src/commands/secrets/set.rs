//! `lobu secrets set`: sends one value to the org, typed unseen or from stdin.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::commands::interrupts::Interrupts;
use crate::commands::options::DirectoryOptions;
use crate::commands::project::pins;
use crate::commands::values::hide_project;
use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};
use crate::http::PARALLELISM;
use crate::model::SecretName;
use crate::push::{Agreement, Rotation, SelectionError, Wanted, fits, plan_push};
use crate::secrets::{SecretValue, SourceValues, SourceWord, ValueProblem, protect, writable_name};
use crate::target::{ResolvedTarget, TargetFlags};

use super::push_steps::{Pushed, Sent, agree, end, secure, send, show_report};
use super::{api, value_input};

/// Which secret, and what was agreed to in advance.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// Name of the secret: capitals, digits and `_`, as in `$NAME`
    #[arg(value_name = "NAME", help_heading = "Arguments")]
    name: String,
    // Taken so that it can be refused without being repeated: clap's own refusal quotes what was typed.
    #[arg(hide = true, value_name = "VALUE", trailing_var_arg = true, allow_hyphen_values = true)]
    more: Vec<OsString>,
    /// Replace an existing value without prompting
    #[arg(long, help_heading = "Set")]
    rotate: bool,
    #[command(flatten)]
    directory: DirectoryOptions,
    #[command(flatten)]
    target: TargetFlags,
}

const OUTCOME: &str = "nothing was sent";

/// Looks whether the org has the name, takes the value, asks where one is replaced, and sends it.
pub async fn run(session: &Session, args: &SetArgs) -> Result<Outcome, CommandError> {
    protect();
    // The existing CLI took it there, and kept it in .env.
    value_input::refuse_argument(&args.more, OUTCOME)
        .map_err(|error| error.hint_command("To set a value in .env:", "lobu secrets local set NAME"))?;
    let name = writable_name(&args.name)?;
    let target = session.locate(&args.target, &pins(session, args.directory.directory.as_deref())?)?;
    session.announce(&target);
    Session::check_protected(&target, args.rotate || session.ui.prompter().is_none(), OUTCOME)?;
    let interrupts = Interrupts::listen().with_outcome(OUTCOME);
    let connection = session.connect(&target, PARALLELISM).await?;
    hide_project(session, args.directory.directory.as_deref(), &connection.org);
    let listed = interrupts.until(api::listed(session, &target, &connection)).await?;
    let listed = listed.ok_or_else(|| api::unsupported(&target))?;
    let exists = listed.iter().any(|row| row.name == name.as_str());
    // Before anybody types a value for nothing.
    if exists && !args.rotate && session.ui.prompter().is_none() {
        let message = format!("the org has {name} already; {OUTCOME}");
        return Err(CommandError::new(ErrorKind::NotATerminal, message).hint("To replace its value, add --rotate."));
    }
    let pushed = taken(session, name, target, args.directory.directory.clone())?;
    let plan = plan_push(&pushed.wanted, &pushed.source, &listed, &pushed.rotation);
    fits(&plan, &pushed.source)?;
    secure(&pushed.target, plan.sent().next().is_some())?;
    let agreement = agree(session, Agreement::by_flags(true, args.rotate), false, &pushed, &plan)?;
    interrupts.check()?;
    let sent: Sent = send(session, &pushed, connection, plan, &agreement).await?;
    show_report(session, false, &pushed, &sent.report);
    end(sent, &interrupts)
}

/// The value with its name, as a source of one.
fn taken(
    session: &Session,
    name: SecretName,
    target: ResolvedTarget,
    directory: Option<PathBuf>,
) -> Result<Pushed, CommandError> {
    let value = SecretValue::from_wiped(value_input::ask(session, &name, OUTCOME, "lobu secrets set NAME")?);
    if value.is_empty() {
        return Err(CommandError::usage(format!("the value is empty; {OUTCOME}")));
    }
    let (label, names) = ("the value".to_owned(), vec![name.to_string()]);
    match value.problem() {
        Some(ValueProblem::Placeholder) => return Err(SelectionError::Placeholders { label, names }.into()),
        Some(ValueProblem::TooLong) => return Err(SelectionError::TooLong { label, names }.into()),
        None => {}
    }
    let source = SourceValues::of_one(&label, SourceWord::Stdin, name.clone(), value);
    let rotation = Rotation::Named(BTreeSet::from([name.clone()]));
    let wanted = Wanted::from([(name, Vec::new())]);
    let (named_target, provider_keys) = (None, Vec::new());
    Ok(Pushed { source, wanted, rotation, target, named_target, directory, provider_keys })
}
