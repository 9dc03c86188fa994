use std::sync::Arc;

use crate::commands::Session;
use crate::commands::hidden_values::{Compared, compare};
use crate::commands::known_orgs::{check_renamed, with_orgs};
use crate::commands::options::ProjectOptions;
use crate::commands::project::{Loaded, load, load_without_excerpts};
use crate::commands::values::{gather, hide, hide_org};
use crate::desired::{DesiredState, desired_state};
use crate::error::CommandError;
use crate::model::ProjectMark;
use crate::org::{ActualState, OrgRead, read_actual, read_agents, read_list};
use crate::plan::{
    Options, Plan, Resend, Reviewed, Seal, Selection, Selector, Verifier, agents_to_look_at, diff, names_unread_agents,
    read_scope,
};
use crate::project::mark;
use crate::render::document::{Style, line};
use crate::schema::kinds::{AGENT, PLATFORM};
use crate::schema::{ALL, Generation, SecretsMode};
use crate::secrets::{PlanKey, Values};
use crate::target::{Connection, RecordProblem, ResolvedTarget, Server, TargetFlags};

use super::PlanOptions;
use super::owners::warn_of_owners;

/// A plan with everything that showing and carrying it out needs.
pub(crate) struct Planned {
    pub(crate) loaded: Loaded,
    pub(crate) desired: DesiredState,
    pub(crate) target: ResolvedTarget,
    pub(crate) connection: Connection,
    pub(crate) options: Options,
    pub(crate) generation: Generation,
    /// The project as the server knows it, where it records which project changed what.
    pub(crate) mark: Option<ProjectMark>,
    /// The names of the org's secrets, where it has the secrets API and told them.
    pub(crate) secret_names: Option<Vec<String>>,
    pub(crate) plan: Plan,
    /// What the plan was made of, for a look at the org while it is carried out.
    pub(crate) verifier: Verifier,
    /// None where it writes hidden literals, and there is no key for their digests.
    pub(crate) plan_id: Option<String>,
    pub(crate) values: Arc<Values>,
    /// What is wrong with the record of the orgs that have the secrets API.
    pub(crate) record_problem: Option<RecordProblem>,
}

impl Planned {
    /// Whether the org is embedded in this process.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.target.server, Server::Local { .. })
    }

    /// Whether the server is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.target.is_loopback()
    }
}

/// Reads the project and the org, and compares them. Reads only.
pub(crate) async fn plan(
    session: &Session,
    options: &PlanOptions,
    project: &ProjectOptions,
    flags: &TargetFlags,
) -> Result<Planned, CommandError> {
    let selection = selection(options)?;
    let resend = resend(options)?;
    let load = if options.names_only { load_without_excerpts } else { load };
    let loaded = load(session, project, options.only)?;
    let target = session.locate(flags, &loaded.pins())?;
    session.announce(&target);
    let loaded = loaded.in_target(&target)?;
    let desired = desired_state(&loaded.project);
    let connection = session.connect(&target, options.parallelism).await?;
    hide(&connection.org, &desired, &Values::of_process(Arc::clone(&session.environment)));
    let push_command = flags.push_command(project.directory.as_deref());
    let plan_options = Options { org: target.org.clone(), prune: options.prune, resend, selection, push_command };
    let reading = read_plan(&connection.org, &target, &desired, &plan_options);
    let memory = loaded.project.config.memory.as_ref();
    check_renamed(session, &target, memory).await?;
    let mut read = match session.waiting_for(&target, reading).await {
        Ok(read) => read,
        Err(error) => return Err(with_orgs(session, &target, memory, error).await),
    };
    hide_org(&connection.org, &desired, &read.actual);
    has_effect(&plan_options, &read.compared.plan)?;
    let values = values(session, options, &loaded, &target, read.compared.plan.secrets)?;
    hide(&connection.org, &desired, &values);
    let record_problem = session.remember(&target, read.compared.plan.secrets)?;
    let key = plan_key(session)?;
    let seal = key.as_ref().map(|key| |literal: &str| key.seal(literal));
    let seal = seal.as_ref().map(|seal| seal as Seal<'_>);
    let mark = read.actual.server.records_projects.then(|| mark(loaded.directory.location()));
    warn_of_owners(
        &connection.others,
        mark.as_ref(),
        &desired,
        &read.actual,
        &plan_options.selection,
        &mut read.compared.plan,
    );
    let (origin, allowed) = (target.server_name(), allowed(project, flags));
    let plan_id = read.compared.id(&Reviewed { origin: &origin, org: &target.org, allowed: &allowed }, seal);
    Ok(Planned {
        loaded,
        desired,
        target,
        connection,
        options: plan_options,
        generation: read.actual.server.generation,
        mark,
        secret_names: read.secret_names,
        plan: read.compared.plan,
        verifier: read.verifier,
        plan_id,
        values: Arc::new(values),
        record_problem,
    })
}

/// The flags by which more is let through than usual.
fn allowed(project: &ProjectOptions, flags: &TargetFlags) -> Vec<String> {
    let ProjectOptions { directory: _, allow_path, allow_unknown_keys, deny_warnings: _ } = project;
    let mut allowed: Vec<String> = allow_path.iter().map(|path| format!("--allow-path {}", path.display())).collect();
    allowed.extend(allow_unknown_keys.then(|| "--allow-unknown-keys".to_owned()));
    allowed.extend(flags.allow_insecure_http.then(|| "--allow-insecure-http".to_owned()));
    allowed
}

/// The values that a write may need: none where the org has the secrets API, so that no file with values is read.
fn values(
    session: &Session,
    options: &PlanOptions,
    loaded: &Loaded,
    target: &ResolvedTarget,
    mode: SecretsMode,
) -> Result<Values, CommandError> {
    if mode == SecretsMode::References {
        if options.env_file.is_some() {
            session.say(line!(
                "{}--env-file was not read: this server has the secrets API, and is sent no values",
                Style::Note.of("note: ")
            ));
        }
        return Ok(Values::default());
    }
    let default = loaded.values_file(target.target_name());
    gather(session, &loaded.directory, options.env_file.as_deref(), default, target.is_loopback())
}

/// The key of `LOBU_PLAN_KEY`. One that is none is a mistake: the ids of plan and apply would never match.
fn plan_key(session: &Session) -> Result<Option<PlanKey>, CommandError> {
    let Some(text) = session.environment.plan_key() else { return Ok(None) };
    PlanKey::parse(text).map(Some).ok_or_else(|| {
        CommandError::usage("LOBU_PLAN_KEY is not a key: it must be 32 bytes, as 64 hex digits or base64")
            .hint_command("To make a key:", "openssl rand -hex 32")
    })
}

struct ReadPlan {
    compared: Compared,
    verifier: Verifier,
    actual: ActualState,
    secret_names: Option<Vec<String>>,
}

async fn read_plan(
    org: &impl OrgRead,
    target: &ResolvedTarget,
    desired: &DesiredState,
    options: &Options,
) -> Result<ReadPlan, CommandError> {
    let scope = read_scope(&ALL, desired, &options.selection);
    let scope = if options.prune { scope.with_undeclared() } else { scope };
    let mut actual = read_actual(org, &target.org, &scope).await?;
    let secret_names = match &actual.secrets {
        crate::org::SecretsProbe::Present(names) => names.clone(),
        _ => None,
    };
    let mut compared = compare(org, desired, &mut actual, options).await?;
    if names_unread_agents(&compared.plan, &actual) {
        read_list(org, &target.org, &mut actual, AGENT).await?;
        compared.plan = diff(desired, &actual, options);
    }
    let agents = agents_to_look_at(desired, &actual, &compared.plan);
    if !agents.is_empty() {
        read_agents(org, &target.org, &mut actual, PLATFORM, agents).await?;
        compared.plan = diff(desired, &actual, options);
    }
    let verifier = Verifier::new(&compared.plan, desired.all(), &actual, options);
    Ok(ReadPlan { compared, verifier, actual, secret_names })
}

fn selection(options: &PlanOptions) -> Result<Selection, CommandError> {
    let selectors = options.selectors.iter().map(|text| Selector::parse(text)).collect::<Result<_, _>>()?;
    Ok(Selection { only: options.only, selectors })
}

/// What names nothing is a slip of the pen: a green run that did nothing would hide it.
fn has_effect(options: &Options, plan: &Plan) -> Result<(), CommandError> {
    let usage = |message: String| {
        CommandError::usage(message).hint("To list all resources as kind and ID:\nlobu plan --show-unchanged")
    };
    let unmatched = options.selection.without_effect(plan);
    if !unmatched.is_empty() {
        let message =
            format!("nothing in the project or the org matches {}; nothing was changed", unmatched.join(", "));
        return Err(usage(message));
    }
    let unused = options.resend.without_effect(&plan.rows);
    if !unused.is_empty() {
        let message =
            format!("--resend-secrets names what nothing here uses: {}; nothing was changed", unused.join(", "));
        return Err(usage(message));
    }
    Ok(())
}

fn resend(options: &PlanOptions) -> Result<Resend, CommandError> {
    Resend::parse(options.resend_secrets.iter().map(String::as_str)).map_err(|wrong| {
        let message = format!("--resend-secrets takes all, NAME or kind/id, not {}", wrong.join(", "));
        CommandError::usage(message)
    })
}
