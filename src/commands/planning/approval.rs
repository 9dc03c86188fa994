use crate::commands::Session;
use crate::error::{CommandError, ErrorKind};
use crate::execute::Approval;
use crate::model::{SecretName, counted};
use crate::plan::{Need, Summary};
use crate::project::dotenv::read_dotenv;
use crate::render::document::{Document, Style, line};
use crate::render::phrases::org_at;
use crate::schema::{SecretsMode, file_path};
use crate::secrets::DefaultValuesFile;
use crate::target::Server;
use crate::ui::Answer;

use super::planned::Planned;
use super::{ApplyOptions, PlanOptions};

/// What stands in the way of a plan before anybody is asked.
pub(crate) fn preflight(
    session: &Session,
    plan: &PlanOptions,
    apply: ApplyOptions,
    planned: &Planned,
) -> Result<(), CommandError> {
    Session::check_protected(&planned.target, apply.yes && !apply.dry_run, "nothing was changed")?;
    expected(plan, planned)?;
    if !planned.plan.problems.is_empty() {
        let problems = counted(planned.plan.problems.len(), "problem");
        let message = format!("the plan has {problems} that this server cannot take; nothing was changed");
        return Err(CommandError::new(ErrorKind::Unsupported, message));
    }
    if planned.plan.is_empty() || (apply.dry_run && !plan.require_secrets) {
        return Ok(());
    }
    needed(session, planned)?;
    if apply.dry_run {
        return Ok(());
    }
    reviewed(plan, apply, planned)?;
    recorded(planned)?;
    sendable(apply, planned)?;
    clears(plan, apply, planned)
}

/// A plan for what is protected was reviewed by its id before it is applied without a question.
fn reviewed(options: &PlanOptions, apply: ApplyOptions, planned: &Planned) -> Result<(), CommandError> {
    match &planned.plan_id {
        Some(id) if apply.yes && planned.target.is_protected && options.expect.is_none() => {
            let message = "this target is protected: with --yes it takes only a plan that was reviewed";
            Err(CommandError::usage(format!("{message}; nothing was changed"))
                .hint(format!("Review the plan above, then add its ID:\n--expect {id}")))
        }
        _ => Ok(()),
    }
}

/// How many hex digits a plan id has.
const WHOLE_ID: usize = 40;

/// What was reviewed is what is applied.
fn expected(options: &PlanOptions, planned: &Planned) -> Result<(), CommandError> {
    let Some(expected) = options.expect.as_deref() else { return Ok(()) };
    if expected.len() != WHOLE_ID || !expected.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("--expect takes a whole plan id, which has {WHOLE_ID} hex digits; nothing was changed");
        return Err(CommandError::usage(message).hint("To print the whole ID, as `plan_id`:\nlobu plan --json"));
    }
    let Some(id) = &planned.plan_id else {
        let message = "this plan has no ID, since it writes plain-text secrets; nothing was changed";
        return Err(CommandError::new(ErrorKind::NotExpected, message)
            .hint("Write them as $NAME, or set LOBU_PLAN_KEY to the same 32 random bytes for plan and apply."));
    };
    if id == expected {
        return Ok(());
    }
    let message = format!("this is plan {id}, not the expected {expected}; nothing was changed");
    Err(CommandError::new(ErrorKind::NotExpected, message)
        .hint("Files or org differ from what was reviewed. Review the plan above, then pass its id."))
}

/// Every value or name that a write needs must be there; all that are missing are named.
fn needed(session: &Session, planned: &Planned) -> Result<(), CommandError> {
    let mode = planned.plan.secrets;
    if mode == SecretsMode::Unknown && !planned.plan.needs.is_empty() {
        let message = "cannot tell whether this server has the secrets API, and the plan uses secrets";
        return Err(CommandError::new(ErrorKind::NotLobu, message)
            .hint("Nothing was changed. Select what uses no secret, or ask the server's operator."));
    }
    let missing: Vec<_> = planned.plan.needs.iter().filter(|need| !is_there(planned, &need.name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.iter().map(|need| place(need)).collect::<Vec<_>>().join("; ");
    Err(if mode == SecretsMode::References {
        let names: Vec<_> = missing.iter().map(|need| &need.name).collect();
        let message = format!("the org does not have secrets that the plan uses: {list}; nothing was changed");
        push_hints(session, planned, &names)
            .into_iter()
            .fold(CommandError::new(ErrorKind::MissingValue, message), CommandError::hint)
    } else {
        let hint = match planned.loaded.values_file(planned.target.target_name()) {
            DefaultValuesFile::OfTarget(file) => {
                format!("Set them in the environment or in {file}, or name another file with --env-file.")
            }
            DefaultValuesFile::Dotenv if planned.is_loopback() => {
                "Set them in the environment, in .env beside lobu.toml, or name a file with --env-file.".to_owned()
            }
            DefaultValuesFile::Dotenv | DefaultValuesFile::NoneOfTarget(_) => {
                "Set them in the environment, or name a file with --env-file.".to_owned()
            }
        };
        CommandError::new(ErrorKind::MissingValue, format!("values that the plan needs are missing: {list}")).hint(hint)
    })
}

/// The commands that bring names into the org, by what has values for them. Of the file that a push would read only the names
/// are looked at.
fn push_hints(session: &Session, planned: &Planned, missing: &[&SecretName]) -> Vec<String> {
    let file = planned.loaded.values_file(planned.target.target_name()).path();
    let found = file.and_then(|file| read_dotenv(&planned.loaded.directory, file).ok().flatten());
    let in_file = |name: &SecretName| {
        found.as_ref().and_then(|found| found.value(name.as_str())).is_some_and(|value| !value.is_empty())
    };
    let in_process = |name: &SecretName| session.environment.value(name).is_some_and(|value| !value.is_empty());
    let (at_hand, rest): (Vec<&SecretName>, Vec<_>) = missing.iter().partition(|name| in_file(name));
    let (exported, nowhere): (Vec<&SecretName>, Vec<_>) = rest.into_iter().partition(|name| in_process(name));
    let list =
        |names: &[&SecretName], between: &str| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(between);
    let push = &planned.options.push_command;
    let mut hints = Vec::new();
    if let Some(file) = file.filter(|_| !at_hand.is_empty()) {
        hints.push(format!("{file} has {}; send it first:\n{push}", list(&at_hand, ", ")));
    }
    if !exported.is_empty() {
        let names = list(&exported, " ");
        hints.push(format!(
            "The environment has {}; send it first:\n{push} --from-process {names}",
            list(&exported, ", ")
        ));
    }
    if !nowhere.is_empty() {
        let names = list(&nowhere, " ");
        hints.push(match file {
            Some(file) => format!("Put the values in {file}, and send them first:\n{push} {names}"),
            None => format!("Send them first:\n{push} --from-file PATH {names}"),
        });
    }
    hints
}

/// Whether what a reference needs is there: a name in the org, or a value at hand.
pub(crate) fn is_there(planned: &Planned, name: &SecretName) -> bool {
    match (&planned.secret_names, planned.plan.secrets) {
        (Some(names), SecretsMode::References) => names.iter().any(|other| other == name.as_str()),
        (None, SecretsMode::References) => true,
        _ => planned.values.find(name).is_some(),
    }
}

fn place(need: &Need) -> String {
    format!("{} (used by {})", need.name.reference(), need.places.join(", "))
}

/// Values go only where it is known that the org was never seen with the secrets API.
fn recorded(planned: &Planned) -> Result<(), CommandError> {
    let sends_values = planned.plan.secrets == SecretsMode::Values && !planned.plan.needs.is_empty();
    match &planned.record_problem {
        Some(problem) if sends_values && problem.may_hide_the_secrets_api() => {
            let message = format!("secret values are not sent: {problem}");
            Err(CommandError::new(ErrorKind::Refused, message)
                .hint("The file records which orgs must get references. Repair or remove it; nothing was changed."))
        }
        _ => Ok(()),
    }
}

/// Values go only over https or to this machine, and beyond it only with consent.
fn sendable(options: ApplyOptions, planned: &Planned) -> Result<(), CommandError> {
    if !sends_values_away(planned) {
        return Ok(());
    }
    if let Server::Remote { origin } = &planned.target.server
        && origin.scheme() != "https"
    {
        let message = "the plan sends secret values, and this server is reached over plain http; nothing was changed";
        return Err(CommandError::new(ErrorKind::Unsupported, message).hint("Use the server's https address."));
    }
    if options.yes && !options.send_secret_values && !planned.target.sends_secret_values {
        let names = names(planned);
        let message = format!("the plan sends the values of {names} to {}", planned.target.server_name());
        return Err(CommandError::usage(message).hint(
            "Nothing was changed. Under --yes this needs --send-secret-values, or that setting in the context.",
        ));
    }
    Ok(())
}

fn sends_values_away(planned: &Planned) -> bool {
    planned.plan.secrets == SecretsMode::Values && !planned.is_loopback() && !planned.plan.needs.is_empty()
}

fn names(planned: &Planned) -> String {
    planned.plan.needs.iter().map(|need| need.name.reference()).collect::<Vec<_>>().join(", ")
}

/// Clearing a prompt, a deny list, an approval list or guardrails takes a person, or a flag of its own.
fn clears(plan: &PlanOptions, options: ApplyOptions, planned: &Planned) -> Result<(), CommandError> {
    let clears = planned.plan.guarded_clears();
    // The plan of an expected id was reviewed with its clears.
    if !options.yes || options.allow_clear || plan.expect.is_some() || clears.is_empty() {
        return Ok(());
    }
    let places: Vec<_> = clears.iter().map(|(key, path)| format!("{} {}", key.id, file_path(key.kind, path))).collect();
    let message = format!("the plan clears {}; nothing was changed", places.join(", "));
    Err(CommandError::new(ErrorKind::WouldOverwrite, message).hint("To allow this, add --allow-clear."))
}

/// Asks for agreement, or takes that of `--yes`.
pub(crate) fn ask(session: &Session, yes: bool, planned: &Planned) -> Result<Approval, CommandError> {
    if let Some(approval) = Approval::from_flag(yes) {
        return Ok(approval);
    }
    let Some(prompter) = session.ui.prompter() else {
        return Err(CommandError::new(ErrorKind::NotATerminal, "cannot prompt: not a terminal (use --yes)")
            .hint("Nothing was changed. To preview changes, use --dry-run."));
    };
    let answer = prompter.confirm(&question(planned));
    Approval::from_answer(answer == Answer::Yes).ok_or_else(|| match answer {
        Answer::Interrupted => CommandError::interrupted().and("nothing was changed"),
        Answer::Yes | Answer::No | Answer::Quit => CommandError::declined().and("nothing was changed"),
    })
}

fn question(planned: &Planned) -> Document {
    let target = &planned.target;
    let summary = planned.plan.summary();
    let mut question = Document::new();
    if sends_values_away(planned) {
        let line = line!(
            "{}The values of {} will be sent to {}.",
            Style::Attention.of("! "),
            Style::Bold.of(names(planned)),
            Style::Bold.of(target.server_name())
        );
        question.push(line.prose(2));
    }
    let org = org_at(target.org.as_str(), &target.server_name(), &target.via());
    question.push(line!("Apply {} to {}?", changes(summary), org).prose(2));
    question
}

/// `1 create and 2 updates`.
fn changes(summary: Summary) -> String {
    let counts = [(summary.create, "create"), (summary.update, "update")];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun)).collect();
    counts.join(" and ")
}
