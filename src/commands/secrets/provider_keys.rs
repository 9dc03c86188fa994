//! The keys of providers, which `lobu secrets push` sends to a server without the secrets API that takes them.

use std::collections::BTreeSet;

use crate::commands::errors::of_secrets;
use crate::commands::interrupts::Interrupts;
use crate::commands::known_orgs::with_orgs;
use crate::commands::{Outcome, Session};
use crate::desired::ProviderKey;
use crate::error::{CommandError, ErrorKind};
use crate::model::{AgentId, SecretName, counted, plural};
use crate::org::{OrgRead, PlatformsProbe, RequestError, generation_of};
use crate::push::{KeyEnding, KeyPlan, KeyReport, KeyRow, WantedKey, by_flag, plan_keys, push_keys};
use crate::render::document::line;
use crate::render::json;
use crate::render::secrets::{PushView, key_plan, key_report, suspicion_text};
use crate::schema::Generation;
use crate::schema::kinds::AGENT;
use crate::target::{Connection, RecordProblem, ResolvedTarget};

use super::push_steps::{Pushed, json_target, secure};
use super::{api, confirm};

/// The agent that the server is probed with where no agent has a key.
const PROBE: &str = "lobu-probe";

/// What was said on the command line.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct KeyOptions<'a> {
    /// The providers whose keys may be replaced without a question.
    pub(super) replace: &'a [String],
    /// Whether that goes for a server on another machine.
    pub(super) send_secret_values: bool,
    pub(super) dry_run: bool,
    pub(super) json: bool,
    /// Whether no question may be asked.
    pub(super) asks_nothing: bool,
    /// The names that were given.
    pub(super) given: &'a BTreeSet<SecretName>,
}

/// Whether what `--replace-provider-key` names is a provider whose key the project names.
pub(super) fn check_flag(replace: &[String], keys: &[ProviderKey]) -> Result<(), CommandError> {
    for provider in replace {
        match keys.iter().find(|key| key.provider == *provider) {
            Some(ProviderKey { name: Some(_), .. }) => {}
            Some(_) => {
                let message = format!("--replace-provider-key {provider}: its key is a literal, which is never sent");
                return Err(CommandError::usage(message)
                    .hint("Nothing was sent. Write the key as $NAME in lobu.toml, and put its value in .env."));
            }
            None => {
                let known: Vec<&str> = keys.iter().map(|key| key.provider.as_str()).collect();
                let hint = match known.as_slice() {
                    [] => "Nothing was sent. No provider of the project has a `key`.".to_owned(),
                    known => format!("Nothing was sent. The project has keys for: {}.", known.join(", ")),
                };
                let message = format!("--replace-provider-key {provider}: no provider of the project with a key");
                return Err(CommandError::usage(message).hint(hint));
            }
        }
    }
    Ok(())
}

/// Whether a server without the secrets API takes keys, and there are some.
pub(super) async fn are_taken(connection: &Connection, keys: &[ProviderKey]) -> Result<bool, RequestError> {
    if keys.iter().all(|key| key.name.is_none()) {
        return Ok(false);
    }
    if generation_of(&connection.org.health().await?) != Some(Generation::Second) {
        return Ok(false);
    }
    // The third generation says the same of itself, and has no such route.
    let agent = keys.iter().flat_map(|key| &key.agents).next().map_or(PROBE, String::as_str);
    let probe = connection.org.probe_platforms(&AgentId::from_server(agent)).await?;
    Ok(probe == PlatformsProbe::Kept)
}

/// Shows what would be sent, asks key by key, and sends one request a key.
pub(super) async fn push(
    session: &Session,
    options: KeyOptions<'_>,
    pushed: &Pushed,
    connection: Connection,
    problem: Option<RecordProblem>,
    interrupts: &Interrupts,
) -> Result<Outcome, CommandError> {
    if !interrupts.until(are_taken(&connection, &pushed.provider_keys)).await? {
        return Err(
            api::unsupported(&pushed.target).hint("In a script for several servers: --if-supported makes this exit 0.")
        );
    }
    only_keys(options, pushed)?;
    let wanted = match interrupts.until(wanted(&connection, &pushed.provider_keys)).await {
        Ok(wanted) => wanted,
        Err(error) => return Err(with_orgs(session, &pushed.target, None, error).await),
    };
    let plan = plan_keys(wanted, &pushed.source);
    let sends = plan.sent().next().is_some();
    if !options.json || options.dry_run || !sends {
        show_plan(session, options, pushed, &plan);
    }
    missing(session, pushed, &plan);
    secure(&pushed.target, sends)?;
    if options.dry_run || !sends {
        return Ok(if sends { Outcome::Changes } else { Outcome::Done });
    }
    recorded(problem.as_ref())?;
    let agreed = agreed(session, options, pushed, &plan)?;
    interrupts.check()?;
    let report = push_keys(&connection.org, plan, &agreed, &pushed.source, || interrupts.has_happened()).await;
    show_report(session, options, pushed, &report);
    end(&report)
}

/// Whatever else was named has no place on this server.
fn only_keys(options: KeyOptions<'_>, pushed: &Pushed) -> Result<(), CommandError> {
    let is_key = |name: &SecretName| pushed.provider_keys.iter().any(|key| key.name.as_ref() == Some(name));
    let others: Vec<&str> = options.given.iter().filter(|name| !is_key(name)).map(SecretName::as_str).collect();
    if others.is_empty() {
        return Ok(());
    }
    let server = pushed.target.server_name();
    let message = format!("{server} has no secrets API, so it cannot store {}; nothing was sent", others.join(", "));
    Err(CommandError::new(ErrorKind::Unsupported, message)
        .hint("This server takes only provider keys. An apply sends platform values itself, after asking."))
}

/// The keys with the agents by way of which they are sent: the first that the server has.
async fn wanted(connection: &Connection, keys: &[ProviderKey]) -> Result<Vec<WantedKey>, CommandError> {
    let there: BTreeSet<String> = connection.org.records(AGENT).await?.into_iter().map(|record| record.id).collect();
    let mut wanted = Vec::new();
    let mut without = Vec::new();
    for key in keys {
        let Some(name) = key.name.clone() else { continue };
        match key.agents.iter().find(|agent| there.contains(*agent)) {
            Some(agent) => wanted.push(WantedKey {
                provider: key.provider.clone(),
                name,
                agent: AgentId::from_server(agent.as_str()),
                places: key.places(),
            }),
            None => without.extend(key.agents.iter().map(String::as_str)),
        }
    }
    if without.is_empty() {
        return Ok(wanted);
    }
    without.dedup();
    let (agents, are) = (plural(without.len(), "agent", "agents"), plural(without.len(), "is", "are"));
    let message = format!("the org does not have the {agents} {}; nothing was sent", without.join(", "));
    Err(CommandError::new(ErrorKind::Refused, message)
        .hint(format!("The server takes a provider key once its {agents} {are} there. Apply first:\nlobu apply")))
}

/// Values go only where it is known that the org was never seen with the secrets API.
fn recorded(problem: Option<&RecordProblem>) -> Result<(), CommandError> {
    match problem.filter(|problem| problem.may_hide_the_secrets_api()) {
        None => Ok(()),
        Some(problem) => {
            let message = format!("provider keys are not sent: {problem}");
            Err(CommandError::new(ErrorKind::Refused, message)
                .hint("The file records which orgs have the secrets API. Repair or remove it; nothing was sent."))
        }
    }
}

/// The providers whose keys may be sent: by the flag, which beyond this machine needs another one, or by a person.
fn agreed(
    session: &Session,
    options: KeyOptions<'_>,
    pushed: &Pushed,
    plan: &KeyPlan,
) -> Result<BTreeSet<String>, CommandError> {
    let target = &pushed.target;
    let may_leave = target.is_loopback() || options.send_secret_values || target.sends_secret_values;
    let is_named = |row: &&KeyRow| options.replace.contains(&row.key.provider);
    let (chosen, open) = by_flag(plan, options.replace, may_leave);
    for row in &chosen {
        if let Some(suspicion) = row.suspicion {
            session.warn(&row.key.name, suspicion_text(suspicion));
        }
    }
    let mut agreed: BTreeSet<String> = chosen.iter().map(|row| row.key.provider.clone()).collect();
    let prompter = session.ui.prompter().filter(|_| !options.asks_nothing);
    match prompter {
        _ if open.is_empty() => {}
        Some(_) => {
            let named = pushed.named_target.as_deref().map(|name| (pushed.source.label.as_str(), name));
            agreed.extend(confirm::ask_keys(session, &confirm::Destination { target, named }, &open)?);
        }
        None if open.iter().any(is_named) => return Err(unsent(target, open.iter().copied().filter(is_named))),
        // The flag chooses: what it does not name stays here.
        None if !agreed.is_empty() => {}
        None => return Err(unasked(options, target, &open)),
    }
    if agreed.is_empty() {
        return Err(CommandError::declined().and("nothing was sent"));
    }
    Ok(agreed)
}

fn unsent<'row>(target: &ResolvedTarget, rows: impl Iterator<Item = &'row KeyRow>) -> CommandError {
    let names = rows.map(|row| row.key.name.reference()).collect::<Vec<_>>().join(", ");
    let message = format!("the push sends the values of {names} to {}", target.server_name());
    CommandError::usage(message).hint(
        "Nothing was sent. Without a prompt this also needs --send-secret-values, or that setting in the context.",
    )
}

fn unasked(options: KeyOptions<'_>, target: &ResolvedTarget, open: &[&KeyRow]) -> CommandError {
    let providers = open.iter().map(|row| row.key.provider.as_str()).collect::<Vec<_>>().join(",");
    let leaves = if target.is_loopback() { "" } else { " --send-secret-values" };
    let why = if options.asks_nothing {
        "with --json or --from-stdin no question is asked"
    } else {
        "cannot prompt: not a terminal"
    };
    CommandError::new(ErrorKind::NotATerminal, why).hint(format!(
        "Nothing was sent. To skip the prompts: --replace-provider-key={providers}{leaves}; to preview, --dry-run."
    ))
}

fn missing(session: &Session, pushed: &Pushed, plan: &KeyPlan) {
    if plan.missing() > 0 {
        let line = line!(
            "{} used in lobu.toml {} not in {}",
            counted(plan.missing(), "provider key"),
            plural(plan.missing(), "is", "are"),
            &pushed.source.label
        );
        session.ui.warning(line);
    }
}

fn show_plan(session: &Session, options: KeyOptions<'_>, pushed: &Pushed, plan: &KeyPlan) {
    let server = pushed.target.server_name();
    if options.json {
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::key_plan(plan, &pushed.source.label, &target));
    }
    let view = PushView {
        org: pushed.target.org.as_str(),
        server: &server,
        context: &pushed.target.context,
        source: &pushed.source.label,
        dry_run: options.dry_run,
        rotation: &pushed.rotation,
    };
    let literal = pushed.provider_keys.iter().filter(|key| key.name.is_none()).map(|key| key.provider.as_str());
    session.ui.product(&key_plan(plan, &literal.collect::<Vec<_>>(), &view));
}

fn show_report(session: &Session, options: KeyOptions<'_>, pushed: &Pushed, report: &KeyReport) {
    if options.json {
        let server = pushed.target.server_name();
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::key_report(report, &pushed.source.label, &target));
    }
    session.ui.product(&key_report(report));
}

/// How a push of keys ends, whose report was shown.
fn end(report: &KeyReport) -> Result<Outcome, CommandError> {
    let has_sent = report.count(|ending| *ending == KeyEnding::Sent) > 0;
    let is_unknown = report.count(|ending| matches!(ending, KeyEnding::Unknown(_))) > 0;
    match report.failure() {
        Some(error) if has_sent || is_unknown => {
            let message = if is_unknown {
                format!("the answer about a provider key was lost, so the org has it or what it had before: {error}")
            } else {
                format!("some provider keys were sent, as the report says, and then: {error}")
            };
            Err(CommandError::new(ErrorKind::PartlyApplied, message).hint("Run the command again."))
        }
        Some(error) => Err(of_secrets(error.clone()).and("nothing was sent")),
        None if report.count(|ending| *ending == KeyEnding::NotTried) > 0 => {
            Err(CommandError::interrupted().and("the report says what was sent"))
        }
        None => Ok(Outcome::Done),
    }
}
